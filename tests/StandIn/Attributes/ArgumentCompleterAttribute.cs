namespace System.Management.Automation;

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class ArgumentCompleterAttribute(Type type) : Attribute
{
    public Type Type { get; } = typeof(IArgumentCompleter).IsAssignableFrom(type)
        ? type
        : throw new PSArgumentException($"{type} is no IArgumentCompleter.", nameof(type));
}
