using Mdev.Comparison;

switch (args)
{
    case ["serve", var root]:
        LibraryServer.Serve(root, Console.In, Console.Out);
        return 0;
    case ["compare", var trees, var floor, var module, var results]:
        return new Contest(new Contenders(floor, module, trees), new Trees(trees), module).Run(results);
    default:
        Console.Error.WriteLine("usage: Mdev.Comparison serve ROOT | compare TREES FLOOR MODULE RESULTS");
        return 2;
}
