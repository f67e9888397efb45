using System.Collections;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MdevPS.Engine;

namespace MdevPS.Tests;

/// <summary>What the module says of itself: its cmdlets, and what they give.</summary>
public abstract class ContractTest : CmdletTest
{
    protected static IReadOnlyList<CmdletInfo> Cmdlets { get; } = [.. Have("Get-Command -Module MdevPS").Output.Select(item => (CmdletInfo)item.BaseObject)];

    protected static CmdletInfo Cmdlet(string name) => Cmdlets.Single(cmdlet => cmdlet.Name == name);

    protected static IEnumerable<Type> OutputTypes => Cmdlets.SelectMany(cmdlet => cmdlet.OutputType).Select(output => output.Type)
        .Where(type => type is not null && type != typeof(void) && type != typeof(string)).Distinct();

    protected static IEnumerable<ParameterMetadata> OwnParameters(CmdletInfo cmdlet) =>
        cmdlet.Parameters.Values.Where(parameter => !System.Management.Automation.Cmdlet.CommonParameters.Contains(parameter.Name) && !System.Management.Automation.Cmdlet.OptionalCommonParameters.Contains(parameter.Name));
}

public sealed class ManifestTests : ContractTest
{
    private static readonly string s_folder = Path.GetDirectoryName(Session.Manifest)!;

    private static readonly Hashtable s_data = (Hashtable)Have($"& ([scriptblock]::Create([IO.File]::ReadAllText('{Session.Manifest}')))").Only.BaseObject;

    private static readonly string[] s_classes = [.. Cmdlets[0].ImplementingType.Assembly.GetTypes()
        .Select(type => type.GetCustomAttribute<CmdletAttribute>()).OfType<CmdletAttribute>().Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}").Order(StringComparer.Ordinal)];

    [Fact]
    public void It_is_valid()
    {
        Result result = Run($"Test-ModuleManifest '{Session.Manifest}'");
        Assert.Equal("MdevPS", result.Get("Name"));
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void It_exports_the_cmdlets_in_the_library_and_nothing_else()
    {
        Assert.Equal(s_classes, Texts("CmdletsToExport").Order(StringComparer.Ordinal));
        Assert.Equal(s_classes, Cmdlets.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal));
        Assert.All(new[] { "FunctionsToExport", "AliasesToExport", "VariablesToExport" }, list => Assert.Empty(Texts(list)));
    }

    [Fact]
    public void It_has_what_a_gallery_asks_for()
    {
        Assert.All(new[] { "Author", "Description", "Copyright", "CompanyName" }, name => Assert.NotEqual("", (string)s_data[name]!));
        string[] tags = [.. ((IEnumerable)((Hashtable)((Hashtable)s_data["PrivateData"]!)["PSData"]!)["Tags"]!).Cast<object>().Select(tag => tag.ToString()!)];
        Assert.Contains("Linux", tags);
        Assert.Contains("PSEdition_Core", tags);
        Assert.All(tags, tag => Assert.DoesNotMatch(@"\s", tag));
        Assert.Equal(["Core"], Texts("CompatiblePSEditions"));
        Assert.Equal("7.4", s_data["PowerShellVersion"]);
    }

    [Fact]
    public void It_has_the_version_of_its_folder_and_of_its_libraries()
    {
        Assert.Equal(s_data["ModuleVersion"], Path.GetFileName(s_folder));
        Assert.All(new[] { Cmdlets[0].ImplementingType.Assembly, OutputTypes.First(type => type.Namespace == "Mdev.Model").Assembly }, assembly =>
        {
            Assert.Equal(s_data["ModuleVersion"], assembly.GetName().Version!.ToString(3));
            Assert.Equal(s_folder, Path.GetDirectoryName(assembly.Location));
        });
    }

    [Fact]
    public void It_names_files_that_are_there_and_the_folder_has_no_other()
    {
        string[] named = ["Mdev.dll", "MdevPS.psd1", "LICENSE", "THIRD-PARTY-NOTICES.txt", .. Texts("NestedModules"), .. Texts("FormatsToProcess"), .. Texts("TypesToProcess")];
        Assert.Equal(named.Order(StringComparer.Ordinal), Directory.EnumerateFiles(s_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // A gallery shows the one, and Get-Module the other. What the package has in addition is what a gallery searches by.
    [Fact]
    public void It_says_the_same_as_the_package()
    {
        XElement package = XElement.Load(typeof(ManifestTests).Assembly.GetManifestResourceStream("MdevPS.nuspec")!).Elements().Single(element => element.Name.LocalName == "metadata");
        var data = (Hashtable)((Hashtable)s_data["PrivateData"]!)["PSData"]!;
        Assert.Equal(s_data["Description"], Of("description"));
        Assert.Equal(["PSModule", "PSIncludes_Cmdlet", .. ((IEnumerable)data["Tags"]!).Cast<object>().Select(tag => $"{tag}")], Of("tags")!.Split(' '));
        Assert.Equal((string?)data["ProjectUri"], Of("projectUrl"));
        // These are given by the build, from the manifest and beside it.
        Assert.Equal(("$version$", "$authors$", "$copyright$"), (Of("version"), Of("authors"), Of("copyright")));
        Assert.Contains($"{Of("license")} License", (string)s_data["Copyright"]!);

        string? Of(string name) => package.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
    }

    // dsc is in no registry, and its manifests deny fields that they do not know: those that we use are held here. The scripts are Pester's.
    [Fact]
    public void Its_DSC_resource_is_described_as_dsc_3_0_and_newer_understand_it()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText($"{s_folder}/Dsc/mdevps.device.dsc.resource.json"));
        JsonElement manifest = document.RootElement;
        Assert.Equal(["$schema", "description", "exitCodes", "export", "get", "schema", "set", "tags", "test", "type", "version", "whatIf"], Names(manifest).Order(StringComparer.Ordinal));
        Assert.Equal("https://aka.ms/dsc/schemas/v3/bundled/resource/manifest.json", manifest.GetProperty("$schema").GetString());
        Assert.Equal("MdevPS/Device", manifest.GetProperty("type").GetString());
        Assert.Equal(s_data["ModuleVersion"], manifest.GetProperty("version").GetString());
        Assert.Equal(["0", "1", "2", "3"], Names(manifest.GetProperty("exitCodes")));
        foreach (string operation in new[] { "get", "test", "set", "whatIf", "export" })
        {
            JsonElement method = manifest.GetProperty(operation);
            bool changes = operation is "set" or "whatIf";
            string[] fields = ["executable", "args", "input", .. changes ? ["implementsPretest", "handlesExist"] : Array.Empty<string>(), .. changes || operation == "test" ? ["return"] : Array.Empty<string>()];
            Assert.Equal(fields, Names(method));
            Assert.Equal(("pwsh", "stdin"), (method.GetProperty("executable").GetString(), method.GetProperty("input").GetString()));
            Assert.Equal(["-NoLogo", "-NonInteractive", "-NoProfile", "-File", "./mdevps.device.ps1", operation], method.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!));
            Assert.All(fields.Where(field => field is "implementsPretest" or "handlesExist"), field => Assert.True(method.GetProperty(field).GetBoolean()));
            Assert.All(fields.Where(field => field == "return"), field => Assert.Equal("stateAndDiff", method.GetProperty(field).GetString()));
        }

        JsonElement schema = manifest.GetProperty("schema").GetProperty("embedded");
        Assert.Equal(["_exist", "_inDesiredState", "_metadata", "attributes", "autoStart", "parent", "type", "uuid"], Names(schema.GetProperty("properties")).Order(StringComparer.Ordinal));
        Assert.Equal(["uuid"], schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!));
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.All(new[] { "_exist", "_inDesiredState" }, name => Assert.True(schema.GetProperty("$defs").TryGetProperty(schema.GetProperty("properties").GetProperty(name).GetProperty("$ref").GetString()!, out _)));
        Assert.Equal(["mdevps.device.dsc.resource.json", "mdevps.device.ps1"], Directory.EnumerateFileSystemEntries($"{s_folder}/Dsc").Select(Path.GetFileName).Order(StringComparer.Ordinal));

        static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
    }

    [Fact]
    public void Nothing_of_PowerShell_is_shipped() =>
        Assert.Equal(
            ["Mdev.LibC.dll", "Mdev.dll", "MdevPS.dll", "Tmds.LibC.dll"],
            Directory.EnumerateFiles(s_folder, "*.dll", SearchOption.AllDirectories).Select(Path.GetFileName).Distinct().Order(StringComparer.Ordinal));

    // (Get-Module MdevPS).Path is what people import in jobs and ForEach-Object -Parallel, and then expect the views too.
    [Fact]
    public void Its_path_is_the_manifest_s()
    {
        using var session = new Session(manifest: "");
        Assert.Equal(Session.Manifest, session.Run($"Import-Module '{Session.Manifest}'; (Get-Module MdevPS).Path").ToString());
    }

    [Fact]
    public void Its_format_and_type_files_are_taken_without_a_word()
    {
        using var session = new Session(manifest: "");
        Result result = session.Run($"Import-Module '{Session.Manifest}' -ErrorAction Stop; $Error.Count");
        Assert.Equal("0", result.ToString());
        Assert.Empty(result.Warnings);
    }

    private static string[] Texts(string key) => s_data[key] is string text ? [text] : [.. ((IEnumerable)s_data[key]!).Cast<object>().Select(item => item.ToString()!)];
}

public sealed class CmdletContractTests : ContractTest
{
    private static readonly HashSet<string> s_verbs =
    [
        .. new[] { typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsLifecycle), typeof(VerbsDiagnostic), typeof(VerbsCommunications), typeof(VerbsSecurity), typeof(VerbsOther) }
            .SelectMany(verbs => verbs.GetFields()).Select(verb => (string)verb.GetRawConstantValue()!),
    ];

    public static TheoryData<string> Names { get; } = new(Cmdlets.Select(cmdlet => cmdlet.Name));

    public static TheoryData<string> Keys { get; } = new("Parent", "Type", "Uuid", "PhysicalDevice", "Root");

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_an_approved_verb_a_singular_noun_with_our_prefix_and_a_sealed_class_of_its_own_name(string name)
    {
        CmdletInfo cmdlet = Cmdlet(name);
        Assert.Contains(cmdlet.Verb, s_verbs);
        Assert.Matches("^Mdev[A-Z]", cmdlet.Noun);
        Assert.DoesNotMatch("[^s]s$", cmdlet.Noun);
        Assert.Equal($"{cmdlet.Verb}{cmdlet.Noun}Command", cmdlet.ImplementingType.Name);
        Assert.True(cmdlet.ImplementingType.IsSealed);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Says_what_it_gives(string name) => Assert.NotEmpty(Cmdlet(name).ImplementingType.GetCustomAttributes<OutputTypeAttribute>(inherit: false));

    [Theory]
    [MemberData(nameof(Names))]
    public void Asks_before_it_changes_something_and_only_then(string name)
    {
        CmdletInfo cmdlet = Cmdlet(name);
        bool changes = cmdlet.Verb is not ("Get" or "ConvertTo" or "Test");
        Assert.Equal(changes, cmdlet.ImplementingType.GetCustomAttribute<CmdletAttribute>()!.SupportsShouldProcess);
        Assert.Equal(changes, cmdlet.Parameters.ContainsKey("WhatIf"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_a_ConfirmImpact_that_was_chosen(string name)
    {
        ConfirmImpact expected = Cmdlet(name).Verb switch
        {
            "New" or "Restore" => ConfirmImpact.Low,
            "Remove" or "Set" or "Restart" or "Enable" or "Disable" => ConfirmImpact.Medium,
            _ => ConfirmImpact.None,
        };
        CmdletAttribute attribute = Cmdlet(name).ImplementingType.GetCustomAttribute<CmdletAttribute>()!;
        // The attribute answers Medium where nothing is confirmed at all.
        Assert.Equal(expected, attribute.SupportsShouldProcess ? attribute.ConfirmImpact : ConfirmImpact.None);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Binds_one_parameter_by_value_in_each_parameter_set_at_most(string name) =>
        Assert.All(Cmdlet(name).ParameterSets, set => Assert.InRange(set.Parameters.Count(parameter => parameter.ValueFromPipeline), 0, 1));

    [Theory]
    [MemberData(nameof(Names))]
    public void Never_takes_a_Name_from_the_pipeline(string name) =>
        Assert.DoesNotContain(
            OwnParameters(Cmdlet(name)).Where(parameter => parameter.Name == "Name").SelectMany(parameter => parameter.Attributes.OfType<ParameterAttribute>()),
            attribute => attribute.ValueFromPipelineByPropertyName);

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_parameters_with_singular_names_in_Pascal_case(string name) =>
        Assert.All(OwnParameters(Cmdlet(name)), parameter =>
        {
            Assert.Matches("^[A-Z][A-Za-z]+$", parameter.Name);
            Assert.DoesNotMatch("[^su]s$", parameter.Name);
        });

    // What takes several names takes patterns; what takes one takes that one.
    [Theory]
    [MemberData(nameof(Names))]
    public void Says_where_it_takes_wildcards(string name) =>
        Assert.All(
            OwnParameters(Cmdlet(name)).Where(parameter => parameter.Name is "Parent" or "Name" && parameter.ParameterType == typeof(string[])),
            parameter => Assert.NotEmpty(parameter.Attributes.OfType<SupportsWildcardsAttribute>()));

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_binds_by_property_name_wherever_it_is(string key)
    {
        Assert.NotEmpty(With(key));
        Assert.All(With(key), cmdlet => Assert.All(
            cmdlet.Parameters[key].Attributes.OfType<ParameterAttribute>(),
            attribute => Assert.True(attribute.ValueFromPipelineByPropertyName, cmdlet.Name)));
    }

    // The UUID of a device that is to be made is nobody's yet.
    [Theory]
    [InlineData("Parent")]
    [InlineData("Type")]
    [InlineData("Uuid")]
    [InlineData("PhysicalDevice")]
    public void A_key_completes_wherever_it_is(string key) =>
        Assert.All(
            With(key).Where(cmdlet => key != "Uuid" || (cmdlet.Verb != "New" && cmdlet.Noun != "MdevPlacement")),
            cmdlet => Assert.NotEmpty(cmdlet.Parameters[key].Attributes.OfType<ArgumentCompleterAttribute>()));

    private static IEnumerable<CmdletInfo> With(string key) => Cmdlets.Where(cmdlet => cmdlet.Noun != "MdevSimulation" && cmdlet.Parameters.ContainsKey(key));
}

/// <summary>What the help says of parameters, which PlatyPS does not take from the module: their defaults.</summary>
public sealed class HelpContractTests : ContractTest
{
    private static readonly XElement s_help = XElement.Load($"{Path.GetDirectoryName(Session.Manifest)}/en-US/MdevPS.dll-Help.xml");

    public static TheoryData<string> Names { get; } = new(Cmdlets.Select(cmdlet => cmdlet.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Says_the_default_that_there_is_and_none_where_a_value_must_be_given(string name)
    {
        CmdletInfo cmdlet = Cmdlet(name);
        object instance = Activator.CreateInstance(cmdlet.ImplementingType)!;
        List<string> wrong = [];
        foreach (ParameterMetadata parameter in OwnParameters(cmdlet).Where(parameter => parameter.Name is not ("WhatIf" or "Confirm")))
        {
            string told = Told(name, parameter.Name);
            bool isMandatory = parameter.Attributes.OfType<ParameterAttribute>().All(attribute => attribute.Mandatory);
            // One that chooses a parameter set may be left out, and stands for nothing then.
            bool mayBeLeftOut = !cmdlet.ParameterSets.All(set => set.Parameters.Any(of => of.Name == parameter.Name));
            bool isRight = isMandatory ? (mayBeLeftOut ? told is "None" or "False" : told == "") : cmdlet.ImplementingType.GetProperty(parameter.Name)!.GetValue(instance) switch
            {
                // In words then, or what it comes to in the end.
                null => told.Length > 0,
                SwitchParameter flag => told == $"{flag.IsPresent}",
                string[] several => told == string.Join(", ", several),
                var one => told == $"{one}",
            };
            if (!isRight)
                wrong.Add($"-{parameter.Name}: '{told}'");
        }

        (instance as IDisposable)?.Dispose();
        Assert.Empty(wrong);
    }

    private static string Told(string cmdlet, string parameter) => s_help.Elements()
        .Single(command => command.Descendants().First(node => node.Name.LocalName == "name").Value == cmdlet)
        .Elements().Single(node => node.Name.LocalName == "parameters").Elements()
        .Single(node => node.Elements().First(inner => inner.Name.LocalName == "name").Value == parameter)
        .Elements().SingleOrDefault(node => node.Name.LocalName == "defaultValue")?.Value ?? "";
}

/// <summary>The objects that cmdlets give, and the views of them in the format file.</summary>
public sealed class OutputContractTests : ContractTest
{
    private static readonly XElement s_format = XElement.Load($"{Path.GetDirectoryName(Session.Manifest)}/MdevPS.Format.ps1xml");

    public static TheoryData<string> Types { get; } = new(OutputTypes.Select(type => type.FullName!));

    [Theory]
    [MemberData(nameof(Types))]
    public void Have_a_table_but_for_the_one_that_is_read_one_at_a_time(string type) =>
        Assert.NotNull(Views(type).First().Element(type.EndsWith(".MdevVfioInfo", StringComparison.Ordinal) ? "ListControl" : "TableControl"));

    [Theory]
    [MemberData(nameof(Types))]
    public void Have_the_same_views_when_they_come_from_another_session(string type)
    {
        Assert.NotEmpty(Views(type));
        Assert.Equal(Views(type), Views($"Deserialized.{type}"));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Look_like_data_in_Get_Member(string type)
    {
        IEnumerable<string> methods = OutputTypes.Single(output => output.FullName == type).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsSpecialName).Select(method => method.Name);
        Assert.Empty(methods.Except(["ToString", "StartVm", "EndProcess"]));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Lose_nothing_when_something_of_them_is_said_anew(string type)
    {
        Type output = OutputTypes.Single(output => output.FullName == type);
        PropertyInfo[] settable = [.. output.GetProperties().Where(property => property.CanWrite)];
        object one = Activator.CreateInstance(output)!;
        foreach (PropertyInfo property in settable)
            property.SetValue(one, Sample(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        object copy = output.GetConstructor([output]) is { } makesCopy ? makesCopy.Invoke([one]) : one;
        Assert.All(settable, property => Assert.Equal(property.GetValue(one), property.GetValue(copy)));

        static object Sample(Type of) => of == typeof(string) ? "text" : of == typeof(Guid) ? Guid.NewGuid() : of == typeof(bool) ? true : of == typeof(DateTime) ? DateTime.UnixEpoch
            : of.IsArray ? Array.CreateInstance(of.GetElementType()!, 1) : Convert.ChangeType(7, of, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Have_a_default_display_set_of_properties_that_exist(string type)
    {
        string[] properties = Properties(type);
        Assert.All(new[] { type, $"Deserialized.{type}" }, name =>
        {
            IReadOnlyList<string> shown = Have($"$item = [psobject]::new(); $item.PSObject.TypeNames.Insert(0, '{name}'); $item.PSStandardMembers.DefaultDisplayPropertySet.ReferencedPropertyNames").Text;
            Assert.NotEmpty(shown);
            Assert.Subset(properties.ToHashSet(), shown.ToHashSet());
        });
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Have_views_that_show_only_properties_that_exist_text_of_the_host_made_harmless(string type)
    {
        string[] properties = Properties(type);
        XElement[] nodes = [.. Views(type).Descendants().Where(node => node.Name.LocalName is "PropertyName" or "ScriptBlock")];
        Assert.NotEmpty(nodes);
        foreach (XElement node in nodes)
        {
            // Text that we make ourselves, of digits and words of our own.
            if (node.Name.LocalName == "PropertyName" && node.Value is not ("VfioPath" or "MaxResolution" or "State"))
            {
                PropertyInfo? property = OutputTypes.Single(output => output.FullName == type).GetProperty(node.Value);
                Assert.True(property is not null, node.Value);
                Assert.True(property.PropertyType != typeof(string), $"{node.Value} is the host's text and goes through Printable.");
            }

            Assert.All(Regex.Matches(node.Value, @"\$_\.(\w+)").Select(match => match.Groups[1].Value), name => Assert.Contains(name, properties));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Have_a_list_if_any_of_every_property_once(string type)
    {
        if (Views(type).SingleOrDefault(view => view.Element("ListControl") is not null) is { } list)
        {
            // The owner is the first of UUID, type and parent that there is.
            Assert.Equal(Properties(type).Where(name => name != "Owner").Order(StringComparer.Ordinal), list.Descendants("Label").Select(label => label.Value).Order(StringComparer.Ordinal));
        }
    }

    private static string[] Properties(string type) => [.. OutputTypes.Single(output => output.FullName == type).GetProperties().Select(property => property.Name)];

    private static IEnumerable<XElement> Views(string type)
    {
        HashSet<string> sets = [.. s_format.Descendants("SelectionSet").Where(set => set.Descendants("TypeName").Any(name => name.Value == type)).Select(set => set.Element("Name")!.Value)];
        return s_format.Descendants("View").Where(view => sets.Contains(view.Descendants("SelectionSetName").Single().Value));
    }
}

public sealed class LinuxOnlyTests : ContractTest
{
    [Fact]
    public void On_another_operating_system_the_import_says_so_in_one_sentence()
    {
        Result result = Run("try { [MdevPS.LinuxOnly]::Require($false) } catch { $_.Exception.InnerException }");
        var inner = Assert.IsType<PlatformNotSupportedException>(result.Only.BaseObject);
        Assert.Matches(@"^[A-Z][^.]+\bLinux\b[^.]+\.$", inner.Message);
        Assert.Empty(Run("[MdevPS.LinuxOnly]::Require($true)").Errors);
    }
}
