using System.Management.Automation.Internal;

namespace System.Management.Automation.Internal
{
    public abstract class CmdletMetadataAttribute : Attribute;

    public abstract class ParsingBaseAttribute : CmdletMetadataAttribute;
}

namespace System.Management.Automation
{
    public abstract class CmdletCommonMetadataAttribute : CmdletMetadataAttribute
    {
        public string? DefaultParameterSetName { get; set; }
        public bool SupportsShouldProcess { get; set; }
        public bool SupportsPaging { get; set; }
        public bool SupportsTransactions { get; set; }
        public ConfirmImpact ConfirmImpact { get; set; } = ConfirmImpact.Medium;
        public string HelpUri { get; set; } = "";
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CmdletAttribute(string verbName, string nounName) : CmdletCommonMetadataAttribute
    {
        public string VerbName { get; } = verbName;
        public string NounName { get; } = nounName;
    }

    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class OutputTypeAttribute : CmdletMetadataAttribute
    {
        public OutputTypeAttribute(params Type[] type) => Type = [.. type.Select(t => new PSTypeName(t))];

        public PSTypeName[] Type { get; }
        public string[] ParameterSetName { get; set; } = [ParameterAttribute.AllParameterSets];
    }

    public class PSTypeName
    {
        internal PSTypeName(Type type) => Type = type;

        public string Name => Type.FullName!;
        public Type Type { get; }
    }

    public enum ConfirmImpact { None, Low, Medium, High }
}
