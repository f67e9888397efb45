using System.Reflection;
using System.Reflection.Emit;

namespace Mdev.Tests;

/// <summary>That the rooms of the library use only those below them, read from the compiled assembly: signatures, fields and what methods call.</summary>
public sealed class LayersTests
{
    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    // Each room with those that it may use; a room is a namespace, or a class that stands in none.
    private static readonly Dictionary<string, string[]> s_below = new()
    {
        ["Printable"] = [],
        ["Errors"] = ["Printable"],
        ["Kernel"] = ["Printable", "Errors"],
        ["Model"] = ["Printable", "Errors", "Kernel"],
        ["Interfaces"] = ["Printable", "Errors", "Kernel", "Model"],
        ["Inventory"] = ["Printable", "Errors", "Kernel", "Model", "Interfaces"],
        ["Attributes"] = ["Printable", "Errors", "Kernel", "Model", "Interfaces", "Inventory"],
        ["Vfio"] = ["Printable", "Errors", "Kernel", "Model"],
        ["VirtualMachines"] = ["Printable", "Errors", "Model", "Inventory"],
        ["Placement"] = ["Printable", "Errors", "Kernel", "Model", "Inventory", "Vfio"],
        ["Lifecycle"] = ["Printable", "Errors", "Kernel", "Model", "Inventory", "Attributes", "Vfio", "Placement"],
        ["Definitions"] = ["Printable", "Errors", "Kernel", "Model", "Inventory", "Attributes", "Placement", "Lifecycle"],
        ["Simulation"] = ["Printable", "Errors", "Kernel", "Model", "Vfio"],
        ["HostOpener"] = ["Printable", "Errors", "Kernel", "Simulation"],
    };

    public static TheoryData<string> Rooms => [.. s_below.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_those_below_it(string room)
    {
        IEnumerable<string> wrong = Arrows().Where(arrow => arrow.From == room && arrow.To != room && !s_below[room].Contains(arrow.To)).Select(arrow => $"{arrow.Who} -> {arrow.To}");
        Assert.Empty(wrong.Distinct());
    }

    [Fact]
    public void Every_room_is_in_the_list_and_no_two_use_each_other()
    {
        Assert.Empty(typeof(HostOpener).Assembly.GetTypes().Select(RoomOf).OfType<string>().Distinct().Except(s_below.Keys));
        Assert.All(s_below.Keys, room => Assert.DoesNotContain(room, Reach(room)));
    }

    // Whoever adds an interface adds its folder, and the table has it: nobody else can have asked which one something is of.
    [Fact]
    public void Only_the_table_names_what_is_in_the_folder_of_an_interface()
    {
        static string? FolderOf(Type type) => type.Namespace is { } name && name.StartsWith("Mdev.Interfaces.", StringComparison.Ordinal) ? name : null;
        IEnumerable<string> wrong = from type in typeof(HostOpener).Assembly.GetTypes()
                                    from used in Used(type).Distinct()
                                    where FolderOf(used) is { } folder && FolderOf(type) != folder && !type.FullName!.StartsWith("Mdev.Inventory.InterfaceKinds", StringComparison.Ordinal)
                                    select $"{type.FullName} uses {used.FullName}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Nothing_in_the_library_knows_PowerShell() =>
        Assert.DoesNotContain(typeof(HostOpener).Assembly.GetReferencedAssemblies(), name => name.Name!.Contains("Management.Automation", StringComparison.Ordinal));

    private static HashSet<string> Reach(string room)
    {
        var reached = new HashSet<string>();
        void Go(string from)
        {
            foreach (string to in s_below[from].Where(reached.Add))
                Go(to);
        }

        Go(room);
        return reached;
    }

    private static IEnumerable<(string From, string To, string Who)> Arrows() =>
        from type in typeof(HostOpener).Assembly.GetTypes()
        let room = RoomOf(type)
        where room is not null
        from used in Used(type).Distinct()
        let other = RoomOf(used)
        where other is not null && other != room
        select (room, other, $"{type.FullName} uses {used.FullName}");

    // Types that the compiler makes for itself are nested in those that they are of.
    private static string? RoomOf(Type type) => type.Assembly != typeof(HostOpener).Assembly ? null
        : type.Namespace is { } name && name.StartsWith("Mdev.", StringComparison.Ordinal) ? name.Split('.')[1]
        : type.Namespace == "Mdev" ? type.FullName!.Split('.', '+')[1]
        : null;

    private static IEnumerable<Type> Used(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        List<Type?> used = [type.BaseType, .. type.GetInterfaces(), .. type.GetFields(All).Select(field => field.FieldType)];
        foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            used.AddRange(method.GetParameters().Select(parameter => parameter.ParameterType));
            used.Add((method as MethodInfo)?.ReturnType);
            used.AddRange(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []);
            used.AddRange(Named(method));
        }

        return used.OfType<Type>().SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];

    // The operands of a method's instructions that name a member or a type (ECMA-335, partition III).
    private static IEnumerable<Type> Named(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int at = 0; at < code.Length;)
        {
            OpCode instruction = s_opCodes[code[at] == 0xfe ? unchecked((short)((0xfe << 8) | code[at + 1])) : code[at]];
            at += instruction.Size;
            if (instruction.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                MemberInfo? member = method.Module.ResolveMember(
                    BitConverter.ToInt32(code, at), method.DeclaringType!.GetGenericArguments(), method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : null);
                if ((member as Type ?? member?.DeclaringType) is { } named)
                    yield return named;
            }

            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
