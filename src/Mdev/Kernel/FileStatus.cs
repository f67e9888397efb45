using Mdev.Errors;

namespace Mdev.Kernel;

/// <summary>What statx(2) says of an open file.</summary>
internal readonly unsafe struct FileStatus
{
    private const uint KindMask = 0xf000;

    private readonly LibC.statx_result _result;

    private FileStatus(LibC.statx_result result) => _result = result;

    public FileKind Kind => (_result.stx_mode & KindMask) switch
    {
        0x4000 => FileKind.Directory,
        0x8000 => FileKind.File,
        0x2000 => FileKind.CharacterDevice,
        _ => FileKind.Other,
    };

    /// <summary>The permission bits, as chmod(2) takes them.</summary>
    public uint Mode => (uint)_result.stx_mode & 0xfff;

    public uint Links => _result.stx_nlink;

    public uint Owner => _result.stx_uid;

    public uint Group => _result.stx_gid;

    public (uint Major, uint Minor) Device => (_result.stx_rdev_major, _result.stx_rdev_minor);

    /// <summary>Which file it is on this machine: no two files have the same at a time.</summary>
    public (uint Major, uint Minor, ulong Inode) Identity => (_result.stx_dev_major, _result.stx_dev_minor, _result.stx_ino);

    public static FileStatus Of(Descriptor descriptor)
    {
        LibC.statx_result result;
        byte empty = 0;
        if (LibC.statx(descriptor.Number, &empty, LibC.AT_EMPTY_PATH, LibC.STATX_BASIC_STATS, &result) != 0)
            throw Refusal.ToRead(LibC.errno, "statx", $"/proc/self/fd/{descriptor.Number}");
        return new FileStatus(result);
    }
}
