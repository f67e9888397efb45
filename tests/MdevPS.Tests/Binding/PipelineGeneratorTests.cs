using System.Management.Automation;
using System.Text.Json;
using MdevPS.Engine;

namespace MdevPS.Tests.Binding;

/// <summary>
/// Pipelines made at random, by a seed, of the cmdlets and what they take: keys that are right, wrong, missing, broken, and of another host. Whatever is
/// piped, never more is given, made, set, defined or removed than was named; and what was named rightly is.
/// </summary>
public sealed class PipelineGeneratorTests : EveryCmdletTest
{
    private const string Other = "elsewhere";
    private const string Mark = "unassign_domain";
    private const int Batch = 25;

    private readonly string _other;

    public PipelineGeneratorTests()
        : base("vfio_ap", "mtty")
    {
        _other = NewHost("vfio_ap", "mtty");
        Have($"foreach ($root in '{Root}', '{_other}') {{ New-MdevDevice vfio_ap-passthrough -Count 2 -Root $root; New-MdevDevice mtty-1 -Count 2 -Root $root; New-MdevDevice mtty-2 -Root $root; Get-MdevDevice -Root $root | New-MdevDefinition }}");
    }

    // Others are run with MDEVPS_FIRST_SEED=5000 and MDEVPS_SEEDS=100000.
    public static TheoryData<int> Batches => [.. Enumerable.Range(0, Number("MDEVPS_SEEDS", 500) / Batch).Select(i => Number("MDEVPS_FIRST_SEED", 0) + (i * Batch))];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Never_more_than_was_named(int first)
    {
        for (int seed = first; seed < first + Batch; seed++)
        {
            Dictionary<(string, Guid), Device> before = Devices();
            Dictionary<(string, Guid, string), Device> defined = Definitions();
            var pipeline = new Pipeline(new Random(seed), Root, _other, [.. before.Values]);
            Result result = Run(pipeline.Line);
            string? fault = Fault(pipeline, result, before, Devices()) ?? FaultOfDefinitions(pipeline, defined, Definitions());
            Assert.True(fault is null, $"Seed {seed}: {fault}\n{pipeline.Line}\n{result}");
        }
    }

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int number) ? number : otherwise;

    private static string? Fault(Pipeline pipeline, Result result, Dictionary<(string, Guid), Device> before, Dictionary<(string, Guid), Device> after)
    {
        Device[] gone = [.. before.Values.Where(d => !after.ContainsKey((d.Root, d.Uuid)))];
        Device[] made = [.. after.Values.Where(d => !before.ContainsKey((d.Root, d.Uuid)))];
        Device[] changed = [.. before.Values.Where(d => after.TryGetValue((d.Root, d.Uuid), out Device? now) && now.Domains != d.Domains)];
        Device[] named = [.. pipeline.Records.SelectMany(record => before.Values.Where(record.Names))];
        if (pipeline.Records.Count(record => record.IsBroken) > result.Errors.Count && !pipeline.EndsAtOnce)
            return "a broken record gave no error";
        if (pipeline.Cmdlet != "Remove-MdevDevice" && gone.Length > 0)
            return "a device was removed";
        if (pipeline.Cmdlet is not ("New-MdevDevice" or "Restore-MdevDevice") && made.Length > 0)
            return "a device was made";
        if (pipeline.Cmdlet != "Set-MdevAttribute" && changed.Length > 0)
            return "an attribute was set";
        return pipeline.Cmdlet switch
        {
            "Get-MdevDevice" => Same(result.Output.Select(d => before[((string)Result.Get(d, "Root")!, (Guid)Result.Get(d, "Uuid")!)]), named),
            "Remove-MdevDevice" => Same(gone, named.Distinct()),
            "Set-MdevAttribute" => Same(changed, pipeline.Records.Where(r => r.Uuids is not null).SelectMany(r => before.Values.Where(r.Names))
                .Where(d => d.Type == "vfio_ap-passthrough" && !d.Domains.Contains("0004", StringComparison.Ordinal)).Distinct()),
            "New-MdevDevice" when made.Length > pipeline.Records.Sum(r => r.Room) => "more than was asked for",
            "New-MdevDevice" or "Restore-MdevDevice" => made.All(d => pipeline.Records.Exists(r => r.Names(d))) ? null : "a device that was not named",
            // What describes a device says its UUID, and no host need be there for it.
            _ when pipeline.Cmdlet.StartsWith("ConvertTo-", StringComparison.Ordinal) => result.Text.Where(text => text.Contains("mdev/devices", StringComparison.Ordinal) || text.Contains("uuid", StringComparison.Ordinal))
                .All(text => pipeline.Records.Exists(r => !r.IsBroken && r.Uuids!.Any(text.Contains))) ? null : "a device that was not named",
            _ => result.Output.All(item => pipeline.Records.Exists(r => r.Names(item))) ? null : "something that was not named",
        };
    }

    // The place of a definition that was made by chance is not named; what it is for is.
    private static string? FaultOfDefinitions(Pipeline pipeline, Dictionary<(string, Guid, string), Device> before, Dictionary<(string, Guid, string), Device> after)
    {
        Device[] gone = [.. before.Where(d => !after.ContainsKey(d.Key)).Select(d => d.Value)];
        Device[] made = [.. after.Where(d => !before.ContainsKey(d.Key)).Select(d => d.Value)];
        Device[] changed = [.. before.Where(d => after.TryGetValue(d.Key, out Device? now) && now != d.Value).Select(d => d.Value)];
        Device[] named = [.. before.Values.Where(d => pipeline.Records.Exists(r => r.Names(d)))];
        return pipeline.Cmdlet switch
        {
            "Remove-MdevDefinition" => made.Length + changed.Length > 0 ? "a definition was written" : Same(gone, named),
            // A value may come twice, and one that is added is.
            "Set-MdevDefinition" => gone.Length + made.Length > 0 ? "a definition came or went" : Same(changed, named),
            "New-MdevDefinition" when gone.Length + changed.Length > 0 => "a definition went or was changed",
            "New-MdevDefinition" => made.Length <= pipeline.Records.Sum(r => r.Room) && made.All(d => pipeline.Records.Exists(r => r.Names(d))) ? null : "a definition that was not named",
            _ => gone.Length + made.Length + changed.Length > 0 ? "a definition came, went or was changed" : null,
        };
    }

    private static string? Same(IEnumerable<Device> done, IEnumerable<Device> named) =>
        done.OrderBy(d => $"{d}").SequenceEqual(named.OrderBy(d => $"{d}")) ? null : $"done: {string.Join(' ', done)}; named: {string.Join(' ', named)}";

    private Dictionary<(string, Guid), Device> Devices() => new[] { Root, _other }
        .SelectMany(root => Directory.GetFileSystemEntries($"{root}/sys/bus/mdev/devices").Select(path => new Device(
            root,
            Guid.Parse(Path.GetFileName(path)),
            Path.GetFileName(File.ResolveLinkTarget($"{path}/mdev_type", false)!.FullName),
            Path.GetFileName(Path.GetDirectoryName(new FileInfo(path).LinkTarget)!),
            File.Exists($"{path}/control_domains") ? File.ReadAllText($"{path}/control_domains") : "")))
        .ToDictionary(device => (device.Root, device.Uuid));

    // Their text stands in the place of what a device has been given.
    private Dictionary<(string, Guid, string), Device> Definitions() => new[] { Root, _other }
        .SelectMany(root => Directory.GetFiles($"{root}/etc/mdevctl.d", "*-*-*-*-*", SearchOption.AllDirectories).Select(path => (Root: root, Path: path, Text: File.ReadAllText(path))))
        .Select(file => new Device(
            file.Root,
            Guid.Parse(Path.GetFileName(file.Path)),
            JsonDocument.Parse(file.Text).RootElement.GetProperty("mdev_type").GetString()!,
            Path.GetFileName(Path.GetDirectoryName(file.Path)!),
            file.Text))
        .ToDictionary(definition => (definition.Root, definition.Uuid, definition.Parent));

    private sealed record Device(string Root, Guid Uuid, string Type, string Parent, string Domains);

    /// <summary>What one object, with the arguments, asks for. A key that is null was not given.</summary>
    private sealed class Record
    {
        private bool _isBroken;

        public bool IsBroken => _isBroken || (HasEmptyType && Uuids is null);

        public void Break() => _isBroken = true;

        /// <summary>The one key that a listed device may have lost, as long as its UUID is there, also as an argument.</summary>
        public bool HasEmptyType { get; set; }

        public string? Root { get; set; }

        public string[]? Uuids { get; set; }

        public string[]? Types { get; set; }

        public string[]? Parents { get; set; }

        /// <summary>The physical devices, which are the parents themselves here.</summary>
        public string[]? PhysicalDevices { get; set; }

        /// <summary>How many devices may be made for it.</summary>
        public int Room => IsBroken ? 0 : Uuids?.Length ?? 1;

        public bool Names(Device device) => NamesPlace(device.Root, device.Type, device.Parent) && NamesUuid(device.Uuid);

        /// <summary>Whether an object is meant: by those of its keys that it has.</summary>
        public bool Names(PSObject item) => NamesPlace($"{item.Properties["Root"].Value}", item.Properties["Type"]?.Value?.ToString(), item.Properties["Parent"]?.Value?.ToString())
            && (item.Properties["Uuid"] is not { } uuid || NamesUuid((Guid?)uuid.Value));

        private bool NamesUuid(Guid? uuid) => !IsBroken && (Uuids is null || Uuids.Contains(uuid?.ToString()));

        private bool NamesPlace(string root, string? type, string? parent) =>
            !IsBroken && root == Root && (Types is null || type is null || Types.Contains(type)) && (Parents is null || parent is null || Parents.Contains(parent))
            && (PhysicalDevices is null || parent is null || PhysicalDevices.Contains(parent));
    }

    /// <summary>A line: objects with some properties, a cmdlet, and some arguments.</summary>
    private sealed class Pipeline
    {
        private static readonly string[] s_broken = ["$null", "''", "(& { })", "([pscustomobject]@{ A = 1 })", "@()", "([DBNull]::Value)", "@('a', $null)"];

        private static readonly string[] s_takesEmptyType =
        [
            "Get-MdevDevice", "Get-MdevAttribute", "Set-MdevAttribute", "Restore-MdevDevice",
            "Get-MdevDefinition", "New-MdevDefinition", "Set-MdevDefinition", "Remove-MdevDefinition",
        ];

        private readonly Random _random;
        private readonly string _root;
        private readonly string _other;
        private readonly Device[] _devices;

        public Pipeline(Random random, string root, string other, Device[] devices)
        {
            (_random, _root, _other, _devices) = (random, root, other, devices);
            Cmdlet = Pick([.. Cmdlets.Select(c => c.Key).Where(c => !c.EndsWith("Simulation", StringComparison.Ordinal) && c != "Get-MdevVfioInfo")]);
            CmdletParameter[] takes = [.. Cmdlets[Cmdlet].Where(p => p.BindsByPropertyName && p.Sets.Any(s => s.ParameterSetName is "Count" or "All" or ParameterAttribute.AllParameterSets))];

            // One key in four lines is an argument, and holds for all objects, whatever these say.
            // That of Set-MdevDefinition may say what shall be, and not what is meant.
            CmdletParameter? argument = random.Next(4) == 0 ? Pick(takes) : null;
            if (Cmdlet == "Set-MdevDefinition" && argument is { Name: "Type" or "Parent" })
                argument = null;
            (string? text, Action<Record> apply) = argument is null ? (null, _ => { }) : Key(argument, isArgument: true);
            if (argument is not null && (text is null || !argument.Name.Equals("Root", StringComparison.Ordinal) && random.Next(2) == 0))
                (argument, text, apply) = (null, null, _ => { });

            var alone = new Record();
            apply(alone);
            EndsAtOnce = alone.IsBroken;

            List<string> objects = [];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                var record = new Record { Root = root };
                objects.Add(Object(takes.Where(p => p != argument), record));
                apply(record);
                Records.Add(record);
            }

            string more = Cmdlet switch { "Set-MdevAttribute" => " assign_control_domain 4", "Set-MdevDefinition" => $" -AddAttribute @{{ {Mark} = 4 }}", _ => "" };
            Line = $"{string.Join(", ", objects)} | {Cmdlet}{more}{(argument is null ? "" : $" -{argument.Name} {text}")}";
        }

        public string Cmdlet { get; }

        public string Line { get; }

        public List<Record> Records { get; } = [];

        /// <summary>Whether an argument is broken, so that the cmdlet looks at no object.</summary>
        public bool EndsAtOnce { get; }

        private string Object(IEnumerable<CmdletParameter> takes, Record record)
        {
            List<string> properties = ["Noise = 1"];
            bool names = false;
            foreach (CmdletParameter parameter in takes)
            {
                (string? text, Action<Record> apply) = Key(parameter, isArgument: false);
                if (text is null)
                    continue;
                properties.Add($"{parameter.Name} = {text}");
                apply(record);
                names = true;
            }

            // PowerShell refuses an object that has nothing for the cmdlet, and one that lacks what must be there.
            if (!names || Cmdlets[Cmdlet].Any(p => p.Sets.Any(s => s.Mandatory) && p.BindsByPropertyName && (p.Name == "Uuid" ? record.Uuids : p.Name == "Type" ? record.Types : []) is null && takes.Contains(p)))
                record.Break();
            if (_random.Next(10) == 0)
            {
                properties.Add($"PSComputerName = '{Other}'");
                if (Changes(Cmdlet) || Cmdlet == "Get-MdevPlacement")
                    record.Break();
            }

            return $"[pscustomobject]@{{ {string.Join("; ", properties)} }}";
        }

        // The text of a key, null when it is not given, and what it says.
        private (string? Text, Action<Record> Apply) Key(CmdletParameter parameter, bool isArgument)
        {
            int kind = _random.Next(10);
            // Mostly there where it must be, or few lines would come to anything.
            bool isNeeded = parameter.Sets.Any(s => s.Mandatory);
            if (kind < 3 && !isNeeded)
                return (null, _ => { });
            if (kind == 9)
            {
                string bad = Pick(s_broken);
                bool isEmpty = !isArgument && bad is "$null" or "''" or "@()";
                if (isEmpty && (parameter.Name is "Attribute" or "DeviceApi" || (parameter.Name is "PhysicalDevice" or "NumaNode" && bad == "$null") || (parameter.Name == "NumaNode" && bad == "''")))
                    return (bad, _ => { });
                if (isEmpty && parameter.Name == "Type" && s_takesEmptyType.Contains(Cmdlet))
                    return (bad, record => record.HasEmptyType = true);
                return (bad, record => record.Break());
            }

            Device device = Pick(_devices);
            switch (parameter.Name)
            {
                case "Uuid" when kind == 8:
                    return ($"'{device.Uuid}x'", record => record.Break());
                case "Uuid":
                    string[] uuids = kind == 7 ? [$"{new Guid(_random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}"] : kind == 6 ? [$"{device.Uuid}", $"{_devices.First(d => d != device).Uuid}"] : [$"{device.Uuid}"];
                    return ($"@({string.Join(", ", uuids.Select(u => $"'{u}'"))})", record => record.Uuids = uuids);
                case "Type":
                    string type = kind == 8 ? "mtty-9" : device.Type;
                    return ($"'{type}'", record => record.Types = [type]);
                case "Parent":
                    string parent = kind == 8 ? "nosuch" : device.Parent;
                    return ($"'{parent}'", record => record.Parents = [parent]);
                case "PhysicalDevice":
                    string physical = kind == 8 ? "nosuch" : device.Parent;
                    return ($"'{physical}'", record => record.PhysicalDevices = [physical]);
                case "Count":
                    return ("1", _ => { });
                case "NumaNode":
                    return ("0", _ => { });
                case "Placement":
                    return ("'Pack'", _ => { });
                case "AllOrNothing":
                    return ("$true", _ => { });
                case "StrictNuma" or "Reuse" or "IfMissing":
                    return ("$false", _ => { });
                case "Root":
                    string root = kind == 8 ? "/nosuch" : kind < 6 ? _root : _other;
                    return ($"'{root}'", record => record.Root = root);
                case "DeviceApi":
                    return ("'vfio-pci'", _ => { });
                case "Attribute":
                    return ("@([pscustomobject]@{ Name = 'assign_control_domain'; Value = 5 })", _ => { });
                default:
                    // A parameter that this test does not know yet: nothing but broken values.
                    return (Pick(s_broken), record => record.Break());
            }
        }

        private T Pick<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];
    }
}
