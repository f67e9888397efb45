using MdevPS.Engine;

// The tour on PowerShell's engine, for where there is no pwsh.
if (args[0] == "--version")
{
    Console.WriteLine(Session.Description);
    return 0;
}

using var session = new Session(manifest: "", width: 100);
Environment.SetEnvironmentVariable("TOUR_ENGINE", Session.Description);
Result result = session.Run($"& '{Path.Combine(args[0], "tour.ps1")}' | Out-Default");
Console.WriteLine(session.Screen);
Console.Error.Write(result.ErrorText);
return result.Errors.Count == 0 ? 0 : 1;
