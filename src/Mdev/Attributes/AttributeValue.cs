namespace Mdev.Attributes;

/// <summary>A value to be written to an attribute.</summary>
public sealed record AttributeValue(string Name, string Value);
