using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>What the file of a definition says. Read and written in mdevctl's form, to the byte (to_string_pretty of serde_json).</summary>
/// <param name="Type">The type id.</param>
/// <param name="AutoStart">Whether the device is made at boot.</param>
/// <param name="Attributes">The attributes, in the order in which they are written.</param>
internal sealed record DefinitionContent(string Type, bool AutoStart, IReadOnlyList<AttributeValue> Attributes)
{
    private const string TypeKey = "mdev_type", StartKey = "start", AttributesKey = "attrs";

    private static readonly JsonWriterOptions s_file = new() { Indented = true, Encoder = MinimalEncoder.Instance };
    private static readonly JsonWriterOptions s_line = new() { Encoder = MinimalEncoder.Instance };

    /// <summary>What somebody else has in the file; it stays there when the rest is changed.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Others { get; init; } = [];

    /// <summary>Reads a file as mdevctl does.</summary>
    /// <exception cref="FormatException">It cannot be understood; the message says why.</exception>
    public static DefinitionContent Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            // The reader looks at no text that nobody asks for, and what is not understood would be written again as it is.
            if (!Utf8.IsValid(json))
                throw new FormatException("it is no UTF-8");
            var reader = new Utf8JsonReader(json);
            DefinitionContent content = Of(ref reader);
            // What cannot be written again is no JSON for mdevctl either: half of a surrogate pair among what is somebody else's.
            if (content.Others.Count > 0)
                _ = content.ToFile();
            return content;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is no UTF-8, or half of a surrogate pair.
            throw new FormatException($"it is no JSON: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Reads a list of attributes.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static List<AttributeValue> ParseAttributes(JsonElement attributes)
    {
        if (attributes.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return [];
        if (attributes.ValueKind != JsonValueKind.Array)
            throw new FormatException($"'{AttributesKey}' is no list");
        return attributes.EnumerateArray().Select((element, i) => element.ValueKind == JsonValueKind.Object && element.EnumerateObject().ToArray() is [{ Value.ValueKind: JsonValueKind.String } pair]
            ? new AttributeValue(pair.Name, pair.Value.GetString()!)
            : throw new FormatException($"element {i + 1} of '{AttributesKey}' is not one name with a text as its value")).ToList();
    }

    /// <summary>Whether another one asks for the same device.</summary>
    public bool IsSame(DefinitionContent other) => Type == other.Type && AutoStart == other.AutoStart && Attributes.SequenceEqual(other.Attributes);

    /// <summary>The bytes of the file.</summary>
    public byte[] ToFile() => Write(s_file, Others);

    /// <summary>What callout scripts are given: the same on one line, without what mdevctl does not know.</summary>
    public byte[] ToLine() => Write(s_line, []);

    // Of a key that comes twice, the last one counts. What is wrong is said only when all of it was seen to be JSON.
    private static DefinitionContent Of(ref Utf8JsonReader json)
    {
        json.Read();
        bool isObject = json.TokenType == JsonTokenType.StartObject, hasStart = false, isAuto = false;
        string? type = null;
        JsonElement attributes = default;
        Dictionary<string, JsonElement>? others = null;
        while (json.Read())
        {
            if (!isObject || json.TokenType != JsonTokenType.PropertyName)
                continue;
            if (json.ValueTextEquals(TypeKey))
            {
                type = json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() : null;
                json.Skip();
            }
            else if (json.ValueTextEquals(StartKey))
            {
                hasStart = json.Read() && json.TokenType != JsonTokenType.Null;
                isAuto = json.TokenType == JsonTokenType.String && json.ValueTextEquals("auto");
                json.Skip();
            }
            else if (json.ValueTextEquals(AttributesKey))
            {
                attributes = JsonElement.ParseValue(ref json);
            }
            else
            {
                string name = json.GetString()!;
                (others ??= [])[name] = JsonElement.ParseValue(ref json);
            }
        }

        return !isObject ? throw new FormatException("it is no JSON object")
            : string.IsNullOrEmpty(type) || type.Contains('\0') ? throw new FormatException($"'{TypeKey}' is missing or names no type")
            : !hasStart ? throw new FormatException($"'{StartKey}' is missing")
            : new DefinitionContent(type, isAuto, ParseAttributes(attributes)) { Others = [.. others ?? []] };
    }

    private byte[] Write(JsonWriterOptions options, IReadOnlyList<KeyValuePair<string, JsonElement>> others)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, options))
        {
            json.WriteStartObject();
            json.WriteString(TypeKey, Type);
            json.WriteString(StartKey, AutoStart ? "auto" : "manual");
            json.WriteStartArray(AttributesKey);
            foreach (AttributeValue attribute in Attributes)
            {
                json.WriteStartObject();
                json.WriteString(attribute.Name, attribute.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            foreach ((string name, JsonElement value) in others)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Escapes what JSON demands and nothing else, in the words of serde_json: \b \f \n \r \t, other control characters as \u001f.</summary>
    private sealed unsafe class MinimalEncoder : JavaScriptEncoder
    {
        public static readonly MinimalEncoder Instance = new();

        public override int MaxOutputCharactersPerInputCharacter => 6;

        public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

        public override int FindFirstCharacterToEncode(char* text, int textLength)
        {
            for (int i = 0; i < textLength; i++)
            {
                if (WillEncode(text[i]) || char.IsSurrogate(text[i]))
                    return i;
            }

            return -1;
        }

        public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
        {
            string text = unicodeScalar switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{unicodeScalar:x4}",
                _ => char.ConvertFromUtf32(unicodeScalar),
            };
            bool fits = text.AsSpan().TryCopyTo(new Span<char>(buffer, bufferLength));
            numberOfCharactersWritten = fits ? text.Length : 0;
            return fits;
        }
    }
}
