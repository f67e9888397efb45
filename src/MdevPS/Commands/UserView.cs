using System.Management.Automation;
using Mdev.Model;

namespace MdevPS.Commands;

/// <summary>Has a device shown in the table that has a column for its users.</summary>
internal static class UserView
{
    public static PSObject Of(MdevDevice device)
    {
        var shown = new PSObject(device);
        shown.TypeNames.Insert(0, $"{typeof(MdevDevice)}#IncludeUser");
        return shown;
    }
}
