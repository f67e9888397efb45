namespace Mdev.Simulation.Drivers;

/// <summary>NVIDIA L40S: vGPUs that share the GPU by time, all of one framebuffer size.</summary>
internal sealed class NvidiaL40sDriver : VendorVfioDriver
{
    // As captured: ordered by number, of which 2164 came later.
    public static readonly IReadOnlyList<FunctionType> L40s =
    [
        Of(1145, "1B"), Of(1146, "2B"),
        Of(1147, "1Q"), Of(1148, "2Q"), Of(1149, "3Q"), Of(1150, "4Q"), Of(1151, "6Q"), Of(1152, "8Q"), Of(1153, "12Q"), Of(1154, "16Q"), Of(1155, "24Q"), Of(1156, "48Q"),
        Of(1157, "1A"), Of(1158, "2A"), Of(1159, "3A"), Of(1160, "4A"), Of(1161, "6A"), Of(1162, "8A"), Of(1163, "12A"), Of(1164, "16A"), Of(1165, "24A"), Of(1166, "48A"),
        Of(2164, "3B"),
    ];

    private const int Gigabytes = 48;
    private const int Functions = 32;

    public override int Device => 0x26b9;

    public override IReadOnlyList<FunctionType> Types => L40s;

    private static FunctionType Of(int number, string profile)
    {
        var type = new FunctionType(number, $"NVIDIA L40S-{profile}", Functions);
        return type with { Most = Math.Min(Functions, Gigabytes / type.Gigabytes) };
    }
}
