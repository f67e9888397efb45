namespace Mdev.Comparison;

/// <summary>What is asked for on a tree, and what mdevctl must be asked to get the same.</summary>
/// <param name="Title">What a person would call it.</param>
/// <param name="Tree">The tree.</param>
/// <param name="Request">The line that is sent to the contenders.</param>
/// <param name="Mdevctl">The lines that get the same from mdevctl; the faster one counts. Without any, mdevctl cannot see it.</param>
internal sealed record Workload(string Title, string Tree, string Request, params string[] Mdevctl)
{
    /// <summary>The most that the library may take, as a multiple of the floor.</summary>
    public double? FloorGoal { get; init; }

    /// <summary>The most that the cmdlet may take, as a part of mdevctl's time.</summary>
    public double? MdevctlGoal { get; init; }

    public static IReadOnlyList<Workload> All(Func<string, string> someParent, Func<string, string> someUuid)
    {
        Workload Devices(string tree) => new("all devices", tree, "devices", "devices", "devices-json");
        Workload Types(string tree) => new("all types", tree, "types", "types", "types-json");
        Workload Children(string tree) => Same("devices of one parent", tree, $"children {someParent(tree)}") with { MdevctlGoal = 0.05 };
        Workload Device(string tree) => Same("one UUID", tree, $"device {someUuid(tree)}") with { MdevctlGoal = 0.2 };
        return
        [
            Devices("S"),
            Devices("M") with { FloorGoal = 1.5, MdevctlGoal = 0.13 },
            Devices("L") with { FloorGoal = 1.5, MdevctlGoal = 0.13 },
            Devices("V") with { MdevctlGoal = 0.5 },
            Types("M"),
            Types("V") with { FloorGoal = 1.4, MdevctlGoal = 0.6 },
            Types("C") with { MdevctlGoal = 0.6 },
            new("all devices", Trees.Functions, "devices") { FloorGoal = 1.5 },
            new("all types", Trees.Functions, "types") { FloorGoal = 1.5 },
            Children("P") with { MdevctlGoal = 0.2 },
            Children("M"),
            Children("L"),
            Device("M"),
            Device("L"),
        ];
    }

    private static Workload Same(string title, string tree, string request) => new(title, tree, request, request);
}
