using System.Reflection;
using MdevPS.Engines;
using Xunit;

namespace MdevPS.Tests.Engines;

public sealed class CompletenessTests
{
    private const int FirstMemberReference = 0x0a000001;

    /// <summary>A member that an engine lacks would show only when some line of ours comes to use it.</summary>
    [Theory]
    [InlineData("MdevPS")]
    [InlineData("MdevPS.Samples")]
    public void Everything_that_the_cmdlets_use_of_PowerShell_is_there(string assembly)
    {
        Module module = Assembly.Load(assembly).ManifestModule;
        List<string> missing = [];
        int used = 0;
        for (int token = FirstMemberReference; ; token++)
        {
            try
            {
                used += module.ResolveMember(token)?.Module.Name == "System.Management.Automation.dll" ? 1 : 0;
            }
            catch (ArgumentOutOfRangeException)
            {
                break;
            }
            catch (Exception e) when (e is MissingMemberException or TypeLoadException)
            {
                missing.Add(e.Message);
            }
            catch (Exception e) when (e is BadImageFormatException or { InnerException: BadImageFormatException })
            {
                // A member whose generic arguments are those of the type it stands in; PowerShell's are not.
            }
        }
        Assert.Empty(missing);
        Assert.True(used > 20);
    }

    [Fact]
    public void The_engine_is_the_one_that_was_asked_for()
    {
        string location = Assembly.Load("System.Management.Automation").Location;

        Assert.Equal(EngineChoice.IsReal ? EngineChoice.PowerShellHome : Path.Combine(AppContext.BaseDirectory, "standin"), Path.GetDirectoryName(location));
    }
}
