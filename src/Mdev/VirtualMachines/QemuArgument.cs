using System.Text.Json.Nodes;

namespace Mdev.VirtualMachines;

/// <summary>The value of QEMU's <c>-device</c> option for a mediated device, in both forms that QEMU takes.</summary>
public static class QemuArgument
{
    /// <summary>As <c>driver,property=value,…</c>. A comma in a value would have to be doubled; none of these values can have one.</summary>
    public static string Text(VmDevice device) =>
        string.Join(',', Properties(device).Select(p => $"{p.Name}={Word(p.Value)}").Prepend(Driver(device)));

    /// <summary>As JSON, which QEMU 6.2 and later take.</summary>
    public static string Json(VmDevice device)
    {
        var json = new JsonObject { ["driver"] = Driver(device) };
        foreach ((string name, object value) in Properties(device))
            json[name] = value is bool flag ? JsonValue.Create(flag) : JsonValue.Create((string)value);
        return json.ToJsonString();
    }

    // A device with a boot display cannot be plugged or unplugged while the VM runs, and has a name of its own for that.
    private static string Driver(VmDevice device) => device.RamFb ? "vfio-pci-nohotplug" : device.DeviceApi;

    private static IEnumerable<(string Name, object Value)> Properties(VmDevice device)
    {
        yield return ("sysfsdev", device.SysfsPath);
        if (device.Id is not null)
            yield return ("id", device.Id);
        if (device.Display is { } display)
            yield return ("display", display switch { MdevDisplay.On => "on", MdevDisplay.Off => "off", _ => "auto" });
        if (device.RamFb)
            yield return ("ramfb", true);
        // A property of three values: on, off and auto.
        if (device.EnableMigration)
            yield return ("enable-migration", "on");
        if (device.DeviceNumber is { } number)
            yield return ("devno", number.ToString());
    }

    private static string Word(object value) => value is bool flag ? (flag ? "on" : "off") : (string)value;
}
