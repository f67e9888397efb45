using MdevPS.Engine;

namespace MdevPS.Tests.Binding;

/// <summary>
/// Every parameter of every cmdlet, given every kind of value that cannot be meant, as an argument, as a property and as the object itself: an error, and
/// nothing is read, made or removed.
/// </summary>
public sealed class StrictParameterTests : EveryCmdletTest
{
    private const string Nothing = "([pscustomobject]@{ Nothing = 1 })";

    private readonly Dictionary<string, string> _good;

    public StrictParameterTests()
        : base("vfio_ap", "mtty")
    {
        object device = Have("New-MdevDevice vfio_ap-passthrough; $null = New-MdevDevice mtty-1 -Count 2; $null = Get-MdevDevice | New-MdevDefinition").Get("Uuid")!;
        _good = new()
        {
            ["Uuid"] = $"'{device}'",
            ["Type"] = "'vfio_ap-passthrough'",
            ["Parent"] = "'matrix'",
            ["PhysicalDevice"] = "'matrix'",
            ["Count"] = "1",
            ["Placement"] = "'Pack'",
            ["Root"] = $"'{Root}'",
            ["Attribute"] = "@{ assign_control_domain = 4 }",
            ["DeviceApi"] = "'vfio-ap'",
            ["SysfsPath"] = $"'/sys/devices/vfio_ap/matrix/{device}'",
        };
    }

    public static TheoryData<string, string> Parameters
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (CmdletParameter parameter in Cmdlets.SelectMany(cmdlet => cmdlet))
                all.Add(parameter.Cmdlet, parameter.Name);
            return all;
        }
    }

    public static TheoryData<string> All => [.. Cmdlets.Select(cmdlet => cmdlet.Key)];

    [Theory]
    [MemberData(nameof(Parameters))]
    public void What_cannot_be_meant_is_an_error_and_nothing_is_done(string cmdlet, string name)
    {
        CmdletParameter parameter = Cmdlets[cmdlet].Single(p => p.Name == name);
        string before = State();
        List<string> wrong = [];
        foreach (string value in BadValues(parameter))
        {
            wrong.AddRange(Lines(parameter, value).Where(line => !IsRefused(Run(line), before)));
            if (State() != before)
                break;
        }

        Assert.Empty(wrong);
    }

    /// <summary>The same lines with nothing wrong in them, or the test above would find an error in every one of them.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void What_is_meant_is_done(string cmdlet)
    {
        CmdletParameter[] parameters = [.. Cmdlets[cmdlet].Where(p => Good(p) is not null)];
        string[] lines = parameters.Length > 0 ? [.. parameters.SelectMany(p => Lines(p, Good(p)!))] : [cmdlet];
        Assert.Empty(lines.Select(line => Run(line + WhatIf(cmdlet))).SelectMany(result => result.Errors));
    }

    // Objects that are listed leave these empty where they do not apply.
    [Theory]
    [InlineData("Get-MdevDevice", "Type", "$null")]
    [InlineData("Get-MdevDevice", "Type", "''")]
    [InlineData("Get-MdevAttribute", "Type", "$null")]
    [InlineData("Get-MdevAttribute", "Type", "''")]
    [InlineData("Set-MdevAttribute", "Type", "$null")]
    [InlineData("New-MdevDevice", "Attribute", "$null")]
    [InlineData("New-MdevDevice", "Attribute", "@()")]
    [InlineData("Get-MdevType", "PhysicalDevice", "$null")]
    [InlineData("New-MdevDevice", "PhysicalDevice", "$null")]
    [InlineData("New-MdevDevice", "NumaNode", "$null")]
    [InlineData("New-MdevDevice", "NumaNode", "''")]
    [InlineData("ConvertTo-MdevQemuArgument", "DeviceApi", "$null")]
    [InlineData("ConvertTo-MdevLibvirtXml", "DeviceApi", "''")]
    [InlineData("ConvertTo-MdevLibvirtXml", "Type", "$null")]
    [InlineData("ConvertTo-MdevLibvirtXml", "SysfsPath", "''")]
    public void What_an_object_may_leave_empty_narrows_nothing_and_widens_nothing(string cmdlet, string name, string value)
    {
        string with = Piped(Cmdlets[cmdlet].Single(p => p.Name == name), value) + WhatIf(cmdlet);
        string without = Piped(Cmdlets[cmdlet].Single(p => p.Name == name), null) + WhatIf(cmdlet);

        Result result = Run(with);

        Assert.Empty(result.Errors);
        Assert.Equal($"{Run(without)}", $"{result}");
    }

    private static string WhatIf(string cmdlet) => Changes(cmdlet) ? " -WhatIf" : "";

    private bool IsRefused(Result result, string before) => result.Errors.Count > 0 && result.Output.Count == 0 && State() == before;

    // What there is, and what was written to it.
    private string State() => string.Join('\n', Directory.GetFileSystemEntries($"{Root}/sys/bus/mdev/devices").Order()
        .Select(device => $"{device} {(File.Exists($"{device}/control_domains") ? File.ReadAllText($"{device}/control_domains") : "")}")
        .Concat(Directory.GetFiles($"{Root}/etc/mdevctl.d", "*", SearchOption.AllDirectories).Order().Select(definition => $"{definition} {File.ReadAllText(definition)}")));

    private static IEnumerable<string> BadValues(CmdletParameter parameter)
    {
        // A path and a value may be any text, and what describes a device for a VM may be of a host that cannot be seen from here.
        bool isFreeText = parameter.Name is "Path" or "Value"
            // What is defined need not be there yet.
            || (parameter.Cmdlet is "New-MdevDefinition" or "Set-MdevDefinition" && parameter.Name is "Type" or "Parent")
            || (parameter.Cmdlet.StartsWith("ConvertTo-", StringComparison.Ordinal) && parameter.Name is "Type" or "Parent" or "SysfsPath" or "Root");
        yield return "''";
        yield return "$null";
        yield return "(& { })";
        yield return "@()";
        yield return "([DBNull]::Value)";
        yield return Nothing;
        yield return $"@({Nothing}, $null)";
        yield return "([datetime]::Now)";
        if (parameter.Name is not ("Attribute" or "AddAttribute"))
            yield return "@{ Nothing = 1 }";
        if (!isFreeText)
        {
            yield return "'  '";
            yield return "'no such thing'";
            yield return "@('no such thing', $null)";
        }

        if (!isFreeText && !parameter.IsSwitch && parameter.Name != "Id")
            yield return "$true";
    }

    private IEnumerable<string> Lines(CmdletParameter parameter, string value)
    {
        yield return Argument(parameter, value);
        // A list with one good item in it.
        if (parameter.Type.IsArray && Good(parameter) is { } good && value is "$null" or "''" or Nothing)
            yield return Argument(parameter, $"@({Good(parameter)}, {value})");
        if (parameter.BindsByPropertyName && !MayBeEmpty(parameter, value))
            yield return Piped(parameter, value);
        if (parameter.BindsByPropertyName && parameter.Type.IsArray && value is "$null" or Nothing)
            yield return Piped(parameter, $"@({Good(parameter)}, {value})");
        // What gives nothing pipes nothing.
        if (parameter.BindsByValue && value is not ("(& { })" or "@()"))
            yield return $"{(value.StartsWith('@') ? "," : "")}{value} | {parameter.Cmdlet} {Mandatory(parameter)}";
    }

    private static bool MayBeEmpty(CmdletParameter parameter, string value) => (parameter.Cmdlet, parameter.Name, value) switch
    {
        ("Get-MdevDevice" or "Get-MdevAttribute" or "Set-MdevAttribute" or "Get-MdevDefinition" or "Set-MdevDefinition" or "Remove-MdevDefinition" or "Restore-MdevDevice", "Type", "$null" or "''" or "@()") => true,
        (_, "Attribute", "$null" or "''" or "@()") => true,
        (_, "PhysicalDevice", "$null") => true,
        (_, "NumaNode", "$null" or "''" or "'  '") => true,
        ("ConvertTo-MdevQemuArgument" or "ConvertTo-MdevLibvirtXml", "DeviceApi" or "Type" or "Parent" or "SysfsPath", "$null" or "''" or "@()") => true,
        _ => false,
    };

    private string? Good(CmdletParameter parameter) => (parameter.Cmdlet, parameter.Name) switch
    {
        ("Set-MdevAttribute", "Name") => "'assign_control_domain'",
        ("Set-MdevAttribute", "Value") => "'4'",
        ("Set-MdevDefinition", "AddAttribute") => "@{ assign_adapter = 4 }",
        ("New-MdevDevice" or "New-MdevDefinition" or "Get-MdevPlacement", "Uuid") => $"'{Guid.NewGuid()}'",
        (_, var name) => _good.GetValueOrDefault(name),
    };

    private string Argument(CmdletParameter parameter, string value) => $"{parameter.Cmdlet} {Mandatory(parameter)} {(parameter.IsSwitch ? $"-{parameter.Name}:{value}" : $"-{parameter.Name} {value}")}"
        + string.Concat(Cmdlets[parameter.Cmdlet]
            .Where(p => p.Name != parameter.Name && (p.BindsByValue || p.Name == "Root") && Good(p) is not null)
            .Select(p => $" -{p.Name} {Good(p)}"));

    private string Piped(CmdletParameter parameter, string? value) => "[pscustomobject]@{ "
        + string.Join("; ", Cmdlets[parameter.Cmdlet]
            .Where(p => p.BindsByPropertyName && p.GoesWith(parameter))
            .Select(p => (p.Name, Value: p.Name == parameter.Name ? value : Good(p)))
            .Where(p => p.Value is not null)
            .Select(p => $"{p.Name} = {p.Value}"))
        + $" }} | {parameter.Cmdlet} {Mandatory(parameter)}";

    // What has to be given beside, and does not come by the pipeline.
    private string Mandatory(CmdletParameter parameter) => string.Join(' ', Cmdlets[parameter.Cmdlet]
        .Where(p => p.Name != parameter.Name && p.IsMandatory && !p.BindsByValue && p.GoesWith(parameter) && (p.IsOfEverySet || !parameter.IsOfEverySet))
        .Select(p => p.IsSwitch ? $"-{p.Name}" : $"-{p.Name} {Good(p)}"))
        // It has to be told what to change.
        + (parameter is { Cmdlet: "Set-MdevDefinition", Name: not "AutoStart" } ? " -AutoStart" : "");
}
