using System.Globalization;
using System.Management.Automation;
using Mdev.Placement;

namespace MdevPS.Binding;

/// <summary>Takes text, and numbers as they were typed. An object is refused instead of being written out as its class.</summary>
internal sealed class TextAttribute : StrictAttribute
{
    /// <inheritdoc/>
    protected override object Convert(object? item) => Text(item) is { Length: > 0 } text ? text : throw Refused(item, $"{Called(item)} is no text.");
}

/// <summary>Takes whole numbers and text of digits. Blank text is no zero.</summary>
internal sealed class NumberAttribute : StrictAttribute
{
    public NumberAttribute() => One = true;

    /// <summary>The least number that can be meant. PowerShell's own check of a range takes no null.</summary>
    public int Least { get; set; } = int.MinValue;

    /// <inheritdoc/>
    protected override object Convert(object? item) =>
        Plain(item) is not (bool or char or Enum)
        && decimal.TryParse(Text(item), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
        && number == decimal.Truncate(number) && number <= int.MaxValue && number >= Least
            ? (int)number
            : throw Refused(item, $"{Called(item)} is no whole number that could be meant here.");

    /// <inheritdoc/>
    protected override bool IsEmpty(object? plain) => plain is null || (plain is string text && string.IsNullOrWhiteSpace(text));
}

/// <summary>Takes the names of placement policies.</summary>
internal sealed class PolicyAttribute : StrictAttribute
{
    public PolicyAttribute() => One = true;

    /// <inheritdoc/>
    protected override object Convert(object? item) => Plain(item) switch
    {
        PlacementPolicy policy => policy,
        string text when Array.Find(Enum.GetNames<PlacementPolicy>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name => Enum.Parse<PlacementPolicy>(name),
        _ => throw Refused(item, $"{Called(item)} is no policy: {string.Join(" and ", Enum.GetNames<PlacementPolicy>())} are."),
    };
}

/// <summary>Takes what is true or false, also as the text that a CSV file has for it.</summary>
internal sealed class FlagAttribute : StrictAttribute
{
    public FlagAttribute() => One = true;

    /// <inheritdoc/>
    protected override object Convert(object? item) => Plain(item) switch
    {
        bool flag => flag,
        SwitchParameter flag => flag.IsPresent,
        string text when bool.TryParse(text, out bool flag) => flag,
        _ => throw Refused(item, $"{Called(item)} is neither True nor False."),
    };
}
