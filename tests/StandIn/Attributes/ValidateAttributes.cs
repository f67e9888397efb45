using System.Collections;
using System.Management.Automation.Internal;
using System.Text.RegularExpressions;

namespace System.Management.Automation;

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public abstract class ValidateArgumentsAttribute : CmdletMetadataAttribute
{
    protected abstract void Validate(object? arguments, EngineIntrinsics engineIntrinsics);

    internal void DoValidate(object? arguments, EngineIntrinsics engine) => Validate(arguments, engine);
}

public abstract class ValidateEnumeratedArgumentsAttribute : ValidateArgumentsAttribute
{
    protected abstract void ValidateElement(object? element);

    protected sealed override void Validate(object? arguments, EngineIntrinsics engineIntrinsics)
    {
        if (LanguagePrimitives.GetEnumerable(arguments) is not { } elements)
        {
            ValidateElement(arguments);
            return;
        }
        foreach (object? element in elements)
            ValidateElement(element);
    }

    protected static object NotNull(object? element) => PSObject.Base(element) ?? throw new ValidationMetadataException("The argument is null.");
}

public sealed class ValidateRangeAttribute : ValidateEnumeratedArgumentsAttribute
{
    public ValidateRangeAttribute(object minRange, object maxRange)
    {
        if (minRange.GetType() != maxRange.GetType() || minRange is not IComparable)
            throw new ValidationMetadataException("Both ends of the range must be comparable and of one type.");
        (MinRange, MaxRange) = (minRange, maxRange);
    }

    public object MinRange { get; }
    public object MaxRange { get; }

    protected override void ValidateElement(object? element)
    {
        object? value = NotNull(element);
        if (value.GetType() != MinRange.GetType() && !LanguagePrimitives.TryConvertTo(value, MinRange.GetType(), out value))
            throw new ValidationMetadataException($"'{element}' is not a {MinRange.GetType().Name}.");
        if (((IComparable)MinRange).CompareTo(value) > 0)
            throw new ValidationMetadataException($"{element} is less than {MinRange}, the least that is allowed.");
        if (((IComparable)MaxRange).CompareTo(value) < 0)
            throw new ValidationMetadataException($"{element} is more than {MaxRange}, the most that is allowed.");
    }
}

public sealed class ValidateSetAttribute : ValidateEnumeratedArgumentsAttribute
{
    public ValidateSetAttribute(params string[] validValues) => ValidValues = validValues;

    public ValidateSetAttribute(Type valuesGeneratorType) =>
        throw new StandInException($"ValidateSet with a generator ({valuesGeneratorType})");

    public IList<string> ValidValues { get; }
    public bool IgnoreCase { get; set; } = true;

    protected override void ValidateElement(object? element)
    {
        string text = LanguagePrimitives.ToText(NotNull(element));
        if (!ValidValues.Contains(text, IgnoreCase ? StringComparer.InvariantCultureIgnoreCase : StringComparer.InvariantCulture))
            throw new ValidationMetadataException($"'{text}' is not one of {string.Join(", ", ValidValues)}.");
    }
}

public sealed class ValidateCountAttribute(int minLength, int maxLength) : ValidateArgumentsAttribute
{
    public int MinLength { get; } = minLength;
    public int MaxLength { get; } = maxLength;

    protected override void Validate(object? arguments, EngineIntrinsics engineIntrinsics)
    {
        int count = arguments is null ? 0 : LanguagePrimitives.GetEnumerable(arguments)?.Cast<object?>().Count()
            ?? throw new ValidationMetadataException("The argument is not a collection.");
        if (count < MinLength || count > MaxLength)
            throw new ValidationMetadataException($"{count} values are given; {MinLength} to {MaxLength} are allowed.");
    }
}

public sealed class ValidateLengthAttribute(int minLength, int maxLength) : ValidateEnumeratedArgumentsAttribute
{
    public int MinLength { get; } = minLength;
    public int MaxLength { get; } = maxLength;

    protected override void ValidateElement(object? element)
    {
        int length = LanguagePrimitives.ToText(NotNull(element)).Length;
        if (length < MinLength || length > MaxLength)
            throw new ValidationMetadataException($"{length} characters are given; {MinLength} to {MaxLength} are allowed.");
    }
}

public sealed class ValidatePatternAttribute(string regexPattern) : ValidateEnumeratedArgumentsAttribute
{
    public string RegexPattern { get; } = regexPattern;
    public RegexOptions Options { get; set; } = RegexOptions.IgnoreCase;

    protected override void ValidateElement(object? element)
    {
        if (!Regex.IsMatch(LanguagePrimitives.ToText(NotNull(element)), RegexPattern, Options))
            throw new ValidationMetadataException($"'{element}' does not match {RegexPattern}.");
    }
}

public abstract class NullValidationAttributeBase : ValidateArgumentsAttribute
{
    private protected abstract void ValidateNotNullElement(object element);

    protected override void Validate(object? arguments, EngineIntrinsics engineIntrinsics)
    {
        arguments = PSObject.Base(arguments);
        if (arguments is null)
            throw new ValidationMetadataException("The argument is null.");
        ValidateNotNullElement(arguments);
        if (arguments is not string && LanguagePrimitives.GetEnumerable(arguments) is { } elements)
            foreach (object? element in elements)
                ValidateNotNullElement(PSObject.Base(element) ?? throw new ValidationMetadataException("One of the values is null."));
    }
}

public sealed class ValidateNotNullAttribute : NullValidationAttributeBase
{
    private protected override void ValidateNotNullElement(object element) { }
}

public sealed class ValidateNotNullOrEmptyAttribute : NullValidationAttributeBase
{
    private protected override void ValidateNotNullElement(object element)
    {
        if (element is string { Length: 0 } or ICollection { Count: 0 } or Array { Length: 0 })
            throw new ValidationMetadataException("The argument is empty.");
    }
}
