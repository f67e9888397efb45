using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>NVIDIA's vendor-specific VFIO under the same cmdlets.</summary>
public sealed class VendorVfioTests : CmdletTest
{
    private readonly List<string> _hosts = [];
    private readonly string _root;

    public VendorVfioTests()
    {
        _root = NewHost("nvidia-l40s -GpuCount 2 -FunctionCount 4");
        Environment.SetEnvironmentVariable(RootVariable, _root);
    }

    [Fact]
    public void One_script_runs_unchanged_on_both_interfaces()
    {
        const string Script = """
            $type = (Get-MdevType -Name '*-4Q' -Available)[0].Type
            Get-MdevPlacement $type -Count 2 | ForEach-Object PhysicalDevice
            $made = New-MdevDevice $type -Count 2
            $made.Count
            (Get-MdevDevice -Type $type -IncludeUser).Count
            (Get-MdevVfioInfo $made[0].Uuid).DeviceApi
            $made | ConvertTo-MdevQemuArgument -VmUuid 11111111-1111-4111-8111-111111111111 | ForEach-Object { $_ -replace '=/sys/bus/.*', '=PATH' }
            $made | Get-MdevAttribute nvidia/vgpu_params | ForEach-Object { $_.Value.Length }
            $made | Remove-MdevDevice
            @(Get-MdevDevice).Count
            """;
        string old = NewHost("nvidia-a2 -GpuCount 2");
        IReadOnlyList<string> vendor = Have(Script).Text;
        Environment.SetEnvironmentVariable(RootVariable, old);
        Assert.Equal(vendor, Have(Script).Text);
        Assert.Contains("-uuid", vendor);
    }

    [Fact]
    public void Parents_types_and_devices_say_their_interface()
    {
        Assert.Equal(["VendorVfio"], Have("New-MdevDevice nvidia-1150; Get-MdevParent; Get-MdevType; Get-MdevDevice").All("Interface").Distinct());
        Assert.Equal(["Mdev"], Have($"Get-MdevParent -Root '{NewHost("mtty")}'").All("Interface"));
    }

    [Fact]
    public void What_is_defined_for_a_function_is_there_again_after_a_reboot()
    {
        Have("New-MdevDevice nvidia-1150 -Count 2 | New-MdevDefinition -AutoStart; Get-MdevDevice | Remove-MdevDevice");
        Assert.Equal(2, Directory.GetFiles($"{_root}/etc/mdevps.d", "*-*-*", SearchOption.AllDirectories).Length);
        string taken = Have("(New-MdevDevice nvidia-1152 -Parent (Get-MdevDefinition)[0].Parent).Parent").Text[0];
        Result restored = Run("Restore-MdevDevice -AutoStart");
        Assert.Equal(["Failed MdevUuidExists", "Made "], restored.Output.Select(one => $"{Result.Get(one, "Outcome")} {Result.Get(one, "ErrorId")}").Order());
        Assert.Equal(["MdevUuidExists"], restored.ErrorIds);
        Have($"Get-MdevDevice -Parent {taken} | Remove-MdevDevice");
        Assert.Equal(["Made", "Present"], Have("Restore-MdevDevice -AutoStart").TextOf("Outcome").Order());
    }

    [Fact]
    public void A_device_that_was_listed_is_not_removed_once_it_is_another()
    {
        Result listed = Have("New-MdevDevice nvidia-1150; Get-MdevDevice");
        PSObject device = listed.Output[^1];
        PSObject fromJson = Bag([.. device.Properties.Select(property => (property.Name, property.Value is Guid uuid ? uuid.ToString() : property.Value))]);
        string function = (string)device.Properties["Parent"].Value;
        Have($"Remove-MdevDevice {device.Properties["Uuid"].Value}; New-MdevDevice nvidia-1152 {function}");
        string before = State();
        foreach (PSObject was in new[] { device, Deserialized(device), fromJson })
        {
            Result result = Run("Remove-MdevDevice", was);
            Assert.Equal(["MdevDeviceChanged"], result.ErrorIds);
            Assert.Contains("nvidia-1152", result.ErrorText);
        }

        // As an argument it brings what it was as well.
        foreach (string line in new[] { "Remove-MdevDevice $_", "Remove-MdevDevice @($_)", "Set-MdevAttribute nvidia/vgpu_params a=1 -Uuid $_" })
            Assert.Equal(["MdevDeviceChanged"], Run($"ForEach-Object {{ {line} }}", device).ErrorIds);

        Assert.Equal(before, State());
        // A bare UUID expects nothing.
        Have($"Remove-MdevDevice {device.Properties["Uuid"].Value}");
    }

    [Fact]
    public void Expectations_hold_for_mediated_devices_and_never_choose_any()
    {
        string root = NewHost("mtty");
        Environment.SetEnvironmentVariable(RootVariable, root);
        Result device = Have("New-MdevDevice mtty-1");
        Have($"Remove-MdevDevice {device.Get("Uuid")}; New-MdevDevice mtty-2 -Uuid {device.Get("Uuid")}");
        Assert.Equal(["MdevDeviceChanged"], Run("Remove-MdevDevice", device.Only).ErrorIds);
        Assert.Equal(["MdevDeviceChanged"], Run($"Remove-MdevDevice {device.Get("Uuid")} -Parent mdpy").ErrorIds);
        Assert.NotEmpty(Run("Remove-MdevDevice", Bag(("Type", "mtty-2"), ("Parent", "mtty"))).ErrorIds);
        Assert.Single(Have("Get-MdevDevice").Output);
        Have($"Remove-MdevDevice {device.Get("Uuid")} -Type mtty-2 -Parent mtty");
    }

    [Fact]
    public void A_UUID_of_ones_own_is_refused_and_the_right_one_is_taken()
    {
        Result result = Run("New-MdevDevice nvidia-1150 -Uuid c0ffee00-0001-4000-8000-000000000001");
        Assert.Equal(["MdevUuidFixed"], result.ErrorIds);
        Assert.Equal(ErrorCategory.InvalidArgument, result.Errors[0].CategoryInfo.Category);
        string right = System.Text.RegularExpressions.Regex.Match(result.ErrorText, "6d646576[-0-9a-f]{28}").Value;
        Assert.Equal(right, $"{Have($"New-MdevDevice nvidia-1150 -Uuid {right}").Get("Uuid")}");
        Assert.Equal(["MdevUuidExists"], Run($"New-MdevDevice nvidia-1150 -Uuid {right}").ErrorIds);
    }

    [Fact]
    public void A_held_device_is_refused_at_once_and_its_holder_named()
    {
        Result device = Have("New-MdevDevice nvidia-1150");
        Have($"[Mdev.Simulation.SimulatedHost]::StartVm('{_root}', 'web', [guid[]]@('{device.Get("Uuid")}'))");
        string before = State();
        foreach (string how in new[] { "", "-EvenIfInUse" })
        {
            Result result = Run($"Get-MdevDevice | Remove-MdevDevice {how}");
            Assert.Equal(["MdevInUse"], result.ErrorIds);
            Assert.Contains("web", result.ErrorText);
            Assert.Equal(how.Length > 0, result.ErrorText.Contains("cannot wait", StringComparison.Ordinal));
        }

        Assert.Equal(before, State());
        Assert.Equal(["web"], Have("(Get-MdevDevice -IncludeUser).Users").All("VmName"));
        Assert.Equal(["MdevInUse"], Run("Get-MdevDevice | Get-MdevVfioInfo").ErrorIds);
    }

    // What is left of a VM stays for longer than the driver waits, which only a simulated host can be told (tests/Conformance has it on the real kernel).
    [Fact]
    public void After_a_VM_nobody_is_told_to_shut_it_down()
    {
        Result device = Have("New-MdevDevice nvidia-1150");
        Directory.CreateDirectory($"{_root}/.mdevps-leaving");
        File.WriteAllText($"{_root}/.mdevps-leaving/{device.Get("Parent")}", $"{DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()}\n");
        Result result = Run($"Remove-MdevDevice {device.Get("Uuid")}");
        Assert.Equal(["MdevInUse"], result.ErrorIds);
        Assert.Contains("has just ended", result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("Shut the VM down", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_VM_is_given_the_function()
    {
        Result made = Have("New-MdevDevice nvidia-1150 -Count 2");
        string[] functions = [.. made.All("Parent").Select(parent => $"{parent}")];
        Assert.Equal(
            ["-device", $"vfio-pci,sysfsdev=/sys/bus/pci/devices/{functions[0]}", "-device", $"vfio-pci,sysfsdev=/sys/bus/pci/devices/{functions[1]}", "-uuid", $"{made.All("Uuid")[0]}"],
            Run("ConvertTo-MdevQemuArgument", [.. made.Output]).Text);
        Assert.EndsWith(",enable-migration=on", Run("ConvertTo-MdevQemuArgument -EnableMigration", made.Output[0]).Text[1]);
        Assert.Contains("\"enable-migration\":\"on\"", Run("ConvertTo-MdevQemuArgument -EnableMigration -AsJson", made.Output[0]).Text[1]);

        var xml = XElement.Parse(Run("ConvertTo-MdevLibvirtXml", Deserialized(made.Output[0])).Text.Single());
        Assert.Equal(("subsystem", "pci", "no"), (xml.Attribute("mode")!.Value, xml.Attribute("type")!.Value, xml.Attribute("managed")!.Value));
        XElement address = xml.Descendants("address").Single();
        Assert.Equal(functions[0], string.Concat(new[] { "domain", "bus", "slot", "function" }.Select((part, i) => $"{(i == 0 ? "" : i == 3 ? "." : ":")}{address.Attribute(part)!.Value[2..]}")));
        Assert.Contains("cannot make", Run("ConvertTo-MdevLibvirtXml -NodeDevice", made.Output[0]).ErrorText);
        foreach (string display in new[] { "-RamFb", "-Display On" })
            Assert.Contains("libvirt has a display for mediated devices", Run($"ConvertTo-MdevLibvirtXml {display}", made.Output[0]).ErrorText);
        Assert.Equal($"vfio-pci-nohotplug,sysfsdev=/sys/bus/pci/devices/{functions[0]},display=on,ramfb=on", Run("ConvertTo-MdevQemuArgument -RamFb", made.Output[0]).Text[1]);
    }

    // Whoever writes to create may take the UUID that stands for a function, and must not get a function into a VM by it.
    [Fact]
    public void A_piped_mediated_device_with_the_UUID_of_a_function_is_not_taken_for_it()
    {
        string both = NewHost("mtty, nvidia-l40s -GpuCount 1 -FunctionCount 2");
        string uuid = $"{Have($"New-MdevDevice nvidia-1150 -Root {both}").Get("Uuid")}";
        // As another program does it: ours refuses.
        object opened = Have($"[Mdev.HostOpener]::Open('{both}', $null, [Threading.CancellationToken]::None)").Only.BaseObject;
        object create = Have($"[Mdev.HostOpener]::Open('{both}', $null, [Threading.CancellationToken]::None).Kernel.OpenAttribute('/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1/create')").Only.BaseObject;
        opened.GetType().GetMethod("Write", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!.Invoke(opened, [create, uuid]);
        ((IDisposable)create).Dispose();
        Result listed = Have($"Get-MdevDevice {uuid} -Root {both} | Where-Object Interface -eq Mdev");
        PSObject mediated = listed.Output.Single();
        foreach (PSObject piped in new[] { mediated, Deserialized(mediated) })
        {
            Assert.Equal(["-device", $"vfio-pci,sysfsdev=/sys/bus/mdev/devices/{uuid}"], Run("ConvertTo-MdevQemuArgument", piped).Text);
            Assert.Contains("type=\"mdev\"", Run("ConvertTo-MdevLibvirtXml", piped).Text.Single(), StringComparison.Ordinal);
            Assert.Contains(uuid, Run("ConvertTo-MdevLibvirtXml -NodeDevice", piped).Text.Single(), StringComparison.Ordinal);
        }

        Assert.Equal(["MdevInvalidArgument"], Run($"ConvertTo-MdevQemuArgument {uuid} -Root {both}").ErrorIds);
        Assert.Equal(["MdevInvalidArgument"], Run($"[pscustomobject]@{{ Uuid = '{uuid}'; DeviceApi = 'vfio-pci'; Interface = 'Mdve' }} | ConvertTo-MdevQemuArgument").ErrorIds);
        Assert.Equal(["MdevInvalidArgument"], Run("[pscustomobject]@{ Uuid = '11111111-1111-4111-8111-111111111111'; DeviceApi = 'vfio-pci'; Interface = 'VendorVfio' } | ConvertTo-MdevQemuArgument").ErrorIds);
        Assert.Equal(["MdevInvalidArgument"], Run($"Remove-MdevDevice {uuid} -Root {both}").ErrorIds);
        Assert.Empty(Run("Remove-MdevDevice", mediated).Errors);
        Assert.Equal("VendorVfio", Run($"Get-MdevDevice -Root {both}").Get("Interface"));
    }

    [Fact]
    public void A_type_has_no_attributes_and_what_a_device_is_held_against_is_an_id()
    {
        Result made = Have("New-MdevDevice nvidia-1150");
        Result set = Run($"Set-MdevAttribute -Type nvidia-1150 -Parent {made.Get("Parent")} -Name x -Value 1");
        Assert.Equal(["MdevAttributeNotFound"], set.ErrorIds);
        Assert.Contains("has none", set.ErrorText, StringComparison.Ordinal);
        foreach (string type in new[] { "NVIDIA L40S-4Q", "nvidia-*" })
        {
            Result removed = Run($"Remove-MdevDevice {made.Get("Uuid")} -Type '{type}'");
            Assert.Equal(["MdevInvalidArgument"], removed.ErrorIds);
            Assert.Contains("no type id", removed.ErrorText, StringComparison.Ordinal);
        }

        Assert.Single(Run("Get-MdevDevice").Output);
    }

    [Fact]
    public void Attributes_without_a_value_yet_are_shown_so_and_what_makes_devices_is_not_set()
    {
        string function = (string)Have("(Get-MdevParent)[0]").Get("Parent")!;
        Result placement = Have($"Get-MdevAttribute -Parent {function} nvidia/placement_id");
        Assert.Null(placement.Get("Value"));
        Assert.NotNull(placement.Get("Note"));
        foreach (string name in new[] { "nvidia/current_vgpu_type", "current_vgpu_type" })
            Assert.Contains("what makes and removes devices", Assert.Single(Run($"Set-MdevAttribute {name} 0 -Parent {function}").Errors).Exception.Message, StringComparison.Ordinal);
        foreach (string name in new[] { "nvidia/current_vgpu_type", "current_vgpu_type", "creatable_vgpu_types" })
        {
            Result made = Run($"New-MdevDevice nvidia-1150 -Attribute @{{ '{name}' = '1' }}");
            Assert.Equal(["MdevAttributeNotFound"], made.ErrorIds);
            Assert.Contains("what makes and removes devices", made.ErrorText, StringComparison.Ordinal);
        }

        Assert.Empty(Have("Get-MdevDevice").Output);
        Assert.Equal("0", Have($"New-MdevDevice nvidia-1150 {function} | Get-MdevAttribute nvidia/placement_id").Get("Value"));
        Assert.Equal("a=1", Have($"New-MdevDevice nvidia-1150 -Attribute @{{ 'nvidia/vgpu_params' = 'a=1' }} | Get-MdevAttribute nvidia/vgpu_params").Get("Value"));
    }

    // The simulated driver takes a value that it did not write itself for no function of its own.
    [Fact]
    public void A_function_that_still_shows_a_type_is_not_called_gone()
    {
        PSObject device = Have("New-MdevDevice nvidia-1150").Output.Single();
        File.WriteAllText($"{Result.Get(device, "Root")}{Result.Get(device, "SysfsPath")}/nvidia/current_vgpu_type", "1150 \n");
        Assert.Equal(["MdevWriteRefused"], Run("Remove-MdevDevice", device).ErrorIds);
    }

    [Fact]
    public void Keys_complete()
    {
        Have("New-MdevDevice nvidia-1150");
        Assert.Contains(Session.Complete("New-MdevDevice nvidia-115"), result => result.CompletionText == "nvidia-1150");
        Assert.Contains(Session.Complete("Remove-MdevDevice "), result => result.CompletionText.Contains("6d646576-7073", StringComparison.Ordinal));
        Assert.NotEmpty(Session.Complete("Get-MdevType -Parent "));
    }

    public override void Dispose()
    {
        foreach (string root in _hosts)
            _ = Run($"Remove-MdevSimulation '{root}' -Confirm:$false");
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    private string NewHost(string arguments)
    {
        string root = (string)Have($"New-MdevSimulation {arguments}").Get("Root")!;
        _hosts.Add(root);
        return root;
    }

    // What the functions have, which a removal that was refused must leave as it was.
    private static string State() => string.Join('\n', Have("Get-MdevDevice").Output.Select(device => $"{device.Properties["Uuid"].Value} {device.Properties["Type"].Value}"));
}
