namespace Mdev.Comparison;
public sealed class Contenders(string floor, string module, string scratch) { }
public sealed class Trees(string folder) { }
public sealed class Comparison(Contenders contenders, Trees trees) { public int Run(string results) => 0; }
