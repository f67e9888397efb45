using Mdev.Comparison;

namespace Mdev.Budget;

/// <summary>A test that counts system calls.</summary>
internal sealed class StraceFactAttribute : FactAttribute
{
    public StraceFactAttribute() => Skip = Contenders.HasStrace ? null : "Needs strace, and leave to trace a process.";
}

/// <summary>A test that holds us against mdevctl.</summary>
internal sealed class MdevctlFactAttribute : FactAttribute
{
    public MdevctlFactAttribute() => Skip = Contenders.HasMdevctl ? null : "Needs mdevctl, and leave to make a mount namespace for it.";
}
