namespace Mdev.Attributes;

/// <summary>What can be done with an attribute, going by its file mode.</summary>
public enum AttributeAccess
{
    /// <summary>It can be read only.</summary>
    ReadOnly,

    /// <summary>It can be written only.</summary>
    WriteOnly,

    /// <summary>It can be read and written.</summary>
    ReadWrite,
}
