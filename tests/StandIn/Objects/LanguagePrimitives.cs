using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace System.Management.Automation;

/// <summary>PowerShell's conversions, as far as parameters of cmdlets need them.</summary>
public static class LanguagePrimitives
{
    public static object? ConvertTo(object? valueToConvert, Type resultType) => ConvertTo(valueToConvert, resultType, CultureInfo.InvariantCulture);

    public static T? ConvertTo<T>(object? valueToConvert) => (T?)ConvertTo(valueToConvert, typeof(T));

    public static bool TryConvertTo<T>(object? valueToConvert, out T? result)
    {
        bool converted = TryConvertTo(valueToConvert, typeof(T), out object? value);
        result = converted ? (T?)value : default;
        return converted;
    }

    public static bool TryConvertTo(object? valueToConvert, Type resultType, out object? result) =>
        TryConvertTo(valueToConvert, resultType, CultureInfo.InvariantCulture, out result);

    public static bool TryConvertTo(object? valueToConvert, Type resultType, IFormatProvider? formatProvider, out object? result)
    {
        try
        {
            result = ConvertTo(valueToConvert, resultType, formatProvider);
            return true;
        }
        catch (PSInvalidCastException)
        {
            result = null;
            return false;
        }
    }

    public static object? ConvertTo(object? valueToConvert, Type resultType, IFormatProvider? formatProvider)
    {
        ArgumentNullException.ThrowIfNull(resultType);
        if (resultType == typeof(PSObject))
            return valueToConvert is null ? null : PSObject.AsPSObject(valueToConvert);
        if (resultType == typeof(object))
            return valueToConvert;
        if (valueToConvert is PSObject { TokenText: { } asWritten } && resultType == typeof(string))
            return asWritten;
        object? value = PSObject.Base(valueToConvert);
        if (value is null)
            return ConvertNull(resultType);
        if (resultType.IsInstanceOfType(value))
            return value;
        if (resultType == typeof(string))
            return ToText(value);
        if (resultType == typeof(bool))
            return IsTrue(value);
        if (Nullable.GetUnderlyingType(resultType) is { } underlying)
            return ConvertTo(value, underlying, formatProvider);
        if (resultType.IsArray)
            return ConvertArray(value, resultType.GetElementType()!, formatProvider);
        // A list of one is that one.
        if (value is IList { Count: 1 } single && !typeof(IEnumerable).IsAssignableFrom(resultType))
            return ConvertTo(single[0], resultType, formatProvider);
        try
        {
            return value is PSObject or IDictionary && Settable(resultType) ? ConvertBag(PSObject.AsPSObject(value), resultType)
                : resultType.IsEnum ? ConvertEnum(value, resultType)
                : IsNumber(resultType) && (value is string || IsNumber(value.GetType()) || value is bool or char || value.GetType().IsEnum)
                    ? ConvertNumber(value, resultType)
                : ConvertByMembers(value, resultType);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or InvalidCastException or TargetInvocationException)
        {
            throw new PSInvalidCastException($"Cannot convert '{ToText(value)}' of type {value.GetType()} to {resultType}: {(e.InnerException ?? e).Message}", e);
        }
    }

    public static bool IsTrue(object? obj) => PSObject.Base(obj) switch
    {
        null => false,
        bool value => value,
        SwitchParameter value => value.IsPresent,
        string value => value.Length > 0,
        char value => value != 0,
        Enum value => Convert.ToInt64(value) != 0,
        IList list => list.Count == 1 ? IsTrue(list[0]) : list.Count > 1,
        IConvertible value when IsNumber(value.GetType()) => Convert.ToDouble(value) != 0,
        _ => true,
    };

    public static IEnumerable? GetEnumerable(object? obj) => PSObject.Base(obj) switch
    {
        string or IDictionary or Xml.XmlNode => null,
        IEnumerable enumerable => enumerable,
        _ => null,
    };

    internal static string ToText(object? value) => value switch
    {
        null => "",
        PSObject { TokenText: { } asWritten } => asWritten,
        PSObject { BaseObject: PSCustomObject } bag => "@{" + string.Join("; ", bag.Properties.Select(p => $"{p.Name}={ToText(p.Value)}")) + "}",
        PSObject wrapped => ToText(wrapped.BaseObject),
        string text => text,
        Enum or Guid => value.ToString()!,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ when GetEnumerable(value) is { } elements => string.Join(' ', elements.Cast<object?>().Select(ToText)),
        _ => value.ToString() ?? "",
    };

    internal static bool IsNumber(Type type) => !type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    private static object? ConvertNull(Type type) =>
        type == typeof(string) ? ""
        : type == typeof(bool) ? false
        : type == typeof(SwitchParameter) ? new SwitchParameter(false)
        : type == typeof(char) ? '\0'
        : IsNumber(type) ? Convert.ChangeType(0, type)
        : !type.IsValueType || Nullable.GetUnderlyingType(type) is not null ? null
        : throw new PSInvalidCastException($"Cannot convert null to {type}.");

    private static Array ConvertArray(object value, Type elementType, IFormatProvider? formatProvider)
    {
        object?[] elements = GetEnumerable(value) is { } many ? [.. many.Cast<object?>()] : [value];
        Array array = Array.CreateInstance(elementType, elements.Length);
        for (int i = 0; i < elements.Length; i++)
            array.SetValue(ConvertTo(elements[i], elementType, formatProvider), i);
        return array;
    }

    private static object ConvertEnum(object value, Type type)
    {
        string? text = value is IList list ? string.Join(',', list.Cast<object?>().Select(ToText)) : value as string;
        if (text is null)
        {
            object number = IsNumber(value.GetType()) ? Enum.ToObject(type, value) : throw new InvalidCastException("not a name");
            // A combination of flags prints as names; what prints as a number is no value of the enumeration.
            return char.IsAsciiLetter(number.ToString()![0]) ? number : throw new ArgumentException($"it has no value {value}");
        }
        string[] names = Enum.GetNames(type);
        IEnumerable<string> parts = text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
        {
            if (part.Length == 0)
                throw new ArgumentException("an empty name");
            if (long.TryParse(part, out _) || names.Contains(part, StringComparer.OrdinalIgnoreCase))
                return part;
            string[] candidates = [.. names.Where(n => n.StartsWith(part, StringComparison.OrdinalIgnoreCase))];
            return candidates.Length == 1 ? candidates[0] : throw new ArgumentException($"the names are {string.Join(", ", names)}");
        });
        return Enum.Parse(type, string.Join(',', parts), ignoreCase: true);
    }

    private static object ConvertNumber(object value, Type type)
    {
        if (value is not string text)
            return Convert.ChangeType(value is char c ? (int)c : value, type, CultureInfo.InvariantCulture);
        text = text.Trim();
        if (text.Length == 0)
            return Convert.ChangeType(0, type);
        return Convert.ChangeType(Language.Tokenizer.Number(text.TrimStart('+')) ?? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), type);
    }

    private static bool Settable(Type type) =>
        type.GetConstructor(Type.EmptyTypes) is not null && !typeof(IDictionary).IsAssignableFrom(type) && !typeof(IList).IsAssignableFrom(type);

    /// <summary>A new object with these properties; each must be one that it has and that can be set.</summary>
    private static object ConvertBag(PSObject bag, Type type)
    {
        if (type.GetConstructor(Type.EmptyTypes) is not { } constructor)
            throw new InvalidCastException("it has no constructor without arguments");
        object result = constructor.Invoke(null);
        PSObject target = PSObject.AsPSObject(result);
        foreach (PSNoteProperty property in bag.Properties.OfType<PSNoteProperty>())
        {
            if (target.Properties[property.Name] is not { IsSettable: true } own)
                throw new InvalidCastException($"it has no property {property.Name} that can be set");
            own.Value = ConvertTo(property.Value, ((PSProperty)own).PropertyType);
        }
        return result;
    }

    /// <summary>A type's own ways to be made of something else: Parse, a converter, an operator, a constructor.</summary>
    private static object? ConvertByMembers(object value, Type type)
    {
        bool number = IsNumber(value.GetType());
        if (number && type.GetConstructors().FirstOrDefault(c => c.GetParameters() is [{ } only] && IsNumber(only.ParameterType)) is { } ofNumber)
            return ofNumber.Invoke([Convert.ChangeType(value, ofNumber.GetParameters()[0].ParameterType, CultureInfo.InvariantCulture)]);
        if (number || value is string)
        {
            string text = ToText(value);
            if (type.GetMethod("Parse", BindingFlags.Public | BindingFlags.Static, [typeof(string), typeof(IFormatProvider)]) is { } parse)
                return parse.Invoke(null, [text, CultureInfo.InvariantCulture]);
            if (type.GetMethod("Parse", BindingFlags.Public | BindingFlags.Static, [typeof(string)]) is { } simpleParse)
                return simpleParse.Invoke(null, [text]);
        }
        if (TypeDescriptor.GetConverter(type) is { } converter && converter.CanConvertFrom(value.GetType()) && value is not string)
            return converter.ConvertFrom(null, CultureInfo.InvariantCulture, value);
        MethodInfo? op = new[] { type, value.GetType() }
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .FirstOrDefault(m => m.Name is "op_Implicit" or "op_Explicit" && m.ReturnType == type && m.GetParameters()[0].ParameterType.IsInstanceOfType(value));
        if (op is not null)
            return op.Invoke(null, [value]);
        if (type.GetConstructors().FirstOrDefault(c => c.GetParameters() is [{ } only] && only.ParameterType.IsInstanceOfType(value)) is { } constructor)
            return constructor.Invoke([value]);
        throw new InvalidCastException("there is no way from one to the other");
    }
}
