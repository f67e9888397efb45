using MdevPS.Engine;

namespace MdevPS.Tests;

public sealed class AutoStartTests : SimulatedHostTest
{
    private const string Units = "/etc/systemd/system", Rule = "/etc/udev/rules.d/90-mdevps.rules", Link = $"{Units}/multi-user.target.wants/mdevps-restore.service";
    private const UnixFileMode Program = (UnixFileMode)0x1ed, OthersWrite = (UnixFileMode)0x1ff; // 0755, 0777

    private static readonly string[] s_files = [$"{Units}/mdevps-restore.service", $"{Units}/mdevps-restore@.service", Link, Rule];

    public AutoStartTests()
        : base("mtty")
    {
    }

    private string[] Files => [.. Directory.EnumerateFiles($"{Root}/etc", "*", SearchOption.AllDirectories).Select(file => file[Root.Length..]).Order(StringComparer.Ordinal)];

    [Fact]
    public void It_is_written_as_systemctl_enables_it_once_and_taken_away_without_a_trace()
    {
        Result enabled = Have("Enable-MdevAutoStart");
        Assert.Equal(s_files, enabled.TextOf("Path").Select(path => path![Root.Length..]).Order(StringComparer.Ordinal));
        Assert.All(enabled.TextOf("State"), state => Assert.Equal("Written", state));
        Assert.Equal(s_files, Files);
        Assert.Equal("../mdevps-restore.service", new FileInfo(Root + Link).LinkTarget);
        string written = Snapshot(Root);
        Assert.All(Have("Enable-MdevAutoStart").TextOf("State"), state => Assert.Equal("Unchanged", state));
        Assert.Equal(written, Snapshot(Root));
        Assert.All(Have("Disable-MdevAutoStart").TextOf("State"), state => Assert.Equal("Removed", state));
        Assert.Empty(Files);
        Assert.All(Have("Disable-MdevAutoStart").TextOf("State"), state => Assert.Equal("Absent", state));
    }

    [Theory]
    [InlineData("Enable-MdevAutoStart -TimeoutSec 5")]
    [InlineData("Disable-MdevAutoStart")]
    public void WhatIf_and_a_no_change_nothing(string line)
    {
        Have("Enable-MdevAutoStart");
        string before = Snapshot(Root);
        Result result = Run($"{line} -WhatIf");
        Assert.NotEmpty(result.Host);
        Assert.All(result.Host, said => Assert.StartsWith("What if: ", said, StringComparison.Ordinal));
        Assert.Equal(before, Snapshot(Root));
    }

    [Theory]
    [InlineData($"{Units}/mdevps-restore.service")]
    [InlineData(Rule)]
    public void What_somebody_else_wrote_or_changed_is_left_alone_unless_forced(string path)
    {
        Have("Enable-MdevAutoStart");
        File.AppendAllText(Root + path, "# mine\n");
        string before = Snapshot(Root);
        foreach (string line in new[] { "Enable-MdevAutoStart -TimeoutSec 5", "Disable-MdevAutoStart" })
        {
            Result refused = Run(line);
            Assert.Equal(["MdevPathExists"], refused.ErrorIds);
            Assert.Contains(path, refused.ErrorText, StringComparison.Ordinal);
            Assert.Equal(before, Snapshot(Root));
        }

        Have("Enable-MdevAutoStart -Force");
        Assert.DoesNotContain("# mine", File.ReadAllText(Root + path), StringComparison.Ordinal);
        File.AppendAllText(Root + path, "# mine\n");
        Have("Disable-MdevAutoStart -Force");
        Assert.Empty(Files);
    }

    [Fact]
    public void A_unit_that_others_can_write_is_written_anew()
    {
        Have("Enable-MdevAutoStart");
        string unit = $"{Root}{Units}/mdevps-restore.service";
        UnixFileMode right = File.GetUnixFileMode(unit);
        File.SetUnixFileMode(unit, OthersWrite);
        Assert.Equal(unit, Have("Enable-MdevAutoStart | Where-Object State -eq Written").Get("Path"));
        Assert.Equal(right, File.GetUnixFileMode(unit));
    }

    [Fact]
    public void A_unit_that_is_masked_stays_so()
    {
        Directory.CreateDirectory(Root + Units);
        File.CreateSymbolicLink($"{Root}{Units}/mdevps-restore.service", "/dev/null");
        Assert.Equal(["MdevPathExists"], Run("Enable-MdevAutoStart").ErrorIds);
        Assert.Single(Files);
    }

    [Fact]
    public void Paths_are_written_as_systemd_reads_them_back()
    {
        Have("""Enable-MdevAutoStart -PowerShellPath '/opt/a b/50%/pwsh' -ModulePath '/m o/Mdev%PS'""");
        string unit = File.ReadAllText($"{Root}{Units}/mdevps-restore@.service");
        Assert.Contains("""ExecStart="/opt/a b/50%%/pwsh" """, unit, StringComparison.Ordinal);
        Assert.Contains("\"MDEVPS_MODULE=/m o/Mdev%%PS\"", unit, StringComparison.Ordinal);
        foreach (string path in new[] { "'pwsh'", "'/a$b'", "\"/a`nb\"", "'/a\\b'", "'/a[1]'", "'/a*'", "'/a`b'", "'/a\"b'", "'/a''b'" })
            Assert.Equal(["MdevInvalidArgument", "MdevInvalidArgument"], Run($"Enable-MdevAutoStart -PowerShellPath {path}; Enable-MdevAutoStart -ModulePath {path}").ErrorIds);
    }

    [Fact]
    public void A_rule_of_mdevctl_is_told_unless_it_is_masked()
    {
        Directory.CreateDirectory($"{Root}/usr/lib/udev/rules.d");
        File.WriteAllText($"{Root}/usr/lib/udev/rules.d/60-mdevctl.rules", "");
        Assert.Contains("60-mdevctl.rules", Assert.Single(Run("Enable-MdevAutoStart").Warnings), StringComparison.Ordinal);
        File.CreateSymbolicLink($"{Root}/etc/udev/rules.d/60-mdevctl.rules", "/dev/null");
        Assert.Empty(Run("Enable-MdevAutoStart").Warnings);
    }

    [Fact]
    public void What_others_could_change_is_not_run_at_boot()
    {
        string image = Directory.CreateTempSubdirectory("mdevps-image-").FullName;
        try
        {
            string line = $"Enable-MdevAutoStart -Root '{image}' -PowerShellPath /usr/bin/pwsh -ModulePath /opt/Modules/MdevPS";
            foreach (string folder in new[] { "sys", "usr/bin", "opt/powershell", "opt/Modules/MdevPS" })
                Directory.CreateDirectory($"{image}/{folder}");
            Assert.Equal(["MdevInvalidArgument"], Run(line).ErrorIds);
            File.WriteAllText($"{image}/opt/powershell/pwsh", "#!/bin/sh\n");
            File.SetUnixFileMode($"{image}/opt/powershell/pwsh", Program);
            File.CreateSymbolicLink($"{image}/usr/bin/pwsh", "/opt/powershell/pwsh");
            File.WriteAllText($"{image}/opt/powershell/pwsh.dll", "");
            File.WriteAllText($"{image}/opt/Modules/MdevPS/MdevPS.dll", "");
            foreach (string open in new[] { "opt/powershell/pwsh.dll", "opt/powershell", "opt/Modules/MdevPS/MdevPS.dll", "opt" })
            {
                UnixFileMode right = File.GetUnixFileMode($"{image}/{open}");
                File.SetUnixFileMode($"{image}/{open}", OthersWrite);
                Assert.Equal(["MdevAutoStartUntrusted"], Run(line).ErrorIds);
                File.SetUnixFileMode($"{image}/{open}", right);
                Assert.False(Directory.Exists($"{image}/etc"));
            }

            Assert.Equal(4, Have(line).Output.Count);
        }
        finally
        {
            Directory.Delete(image, recursive: true);
        }
    }
}
