using Mdev.Errors;

namespace Mdev.Conformance.Worlds;

/// <summary>What the kernel answered: which call failed and with what errno, or nothing when it was done.</summary>
internal readonly record struct Answer(string? Operation, int Errno)
{
    public static Answer Done => default;

    public static Answer Open(int errno) => new("open", errno);

    public static Answer Write(int errno) => new("write", errno);

    public static Answer To(Action action)
    {
        try
        {
            action();
            return Done;
        }
        catch (MdevException e) when (e.Errno != 0)
        {
            return new Answer(e.Operation, e.Errno);
        }
    }

    public override string ToString() => Operation is null ? "done" : $"{Operation}: {Mdev.Errors.Errno.Name(Errno)}";
}
