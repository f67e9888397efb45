using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>What statx(2) says of an open file. No type of Mdev has a field of a type of Mdev.LibC: it could not be loaded before <see cref="LibCLoader"/> has run.</summary>
internal readonly unsafe struct FileStatus
{
    private const uint KindMask = 0xf000;

    public FileKind Kind { get; private init; }

    /// <summary>The permission bits, as chmod(2) takes them.</summary>
    public uint Mode { get; private init; }

    public uint Links { get; private init; }

    public uint Owner { get; private init; }

    public uint Group { get; private init; }

    public (uint Major, uint Minor) Device { get; private init; }

    /// <summary>Which file it is on this machine: no two files have the same at a time.</summary>
    public (uint Major, uint Minor, ulong Inode) Identity { get; private init; }

    public static FileStatus Of(Descriptor descriptor)
    {
        LibC.statx_result result;
        byte empty = 0;
        if (LibC.statx(descriptor.Number, &empty, LibC.AT_EMPTY_PATH, LibC.STATX_BASIC_STATS, &result) != 0)
            throw Refusal.ToRead(LibC.errno, "statx", $"/proc/self/fd/{descriptor.Number}");
        return new FileStatus
        {
            Kind = (result.stx_mode & KindMask) switch
            {
                0x4000 => FileKind.Directory,
                0x8000 => FileKind.File,
                0x2000 => FileKind.CharacterDevice,
                _ => FileKind.Other,
            },
            Mode = (uint)result.stx_mode & 0xfff,
            Links = result.stx_nlink,
            Owner = result.stx_uid,
            Group = result.stx_gid,
            Device = (result.stx_rdev_major, result.stx_rdev_minor),
            Identity = (result.stx_dev_major, result.stx_dev_minor, result.stx_ino),
        };
    }
}
