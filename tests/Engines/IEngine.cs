using System.Collections;

namespace MdevPS.Engines;

/// <summary>A session that has our cmdlets and nothing else. The same on the real engine and on the stand-in.</summary>
public interface IEngine : IDisposable
{
    /// <summary>Answers to the questions of -Confirm and ShouldContinue, first in first out; asked without an answer left, it is an error.</summary>
    Queue<Answer> Answers { get; }

    /// <summary>Runs one line, as it would be typed: <c>Get-MdevType mtty-2 | New-MdevDevice -Count 2</c>.</summary>
    Result Run(string line);

    /// <summary>Pipes objects into a line.</summary>
    Result Run(string line, IEnumerable input);

    /// <summary>Runs a line in the background, to be stopped.</summary>
    Running Start(string line);

    /// <summary>What Tab offers at the cursor, or at the end of the line.</summary>
    IReadOnlyList<Completion> Complete(string line, int? cursor = null);

    /// <summary>What -OutVariable, -ErrorVariable and their like have put into a variable.</summary>
    object? Variable(string name);

    /// <summary>The session's current location; relative paths are below it.</summary>
    void SetLocation(string directory);

    /// <summary>An object that has properties and no type of its own, as ConvertFrom-Json and Import-Csv make it.</summary>
    object PropertyBag(params (string Name, object? Value)[] properties);

    /// <summary>What an object is after a journey through remoting or a CLIXML file: its properties, and the name of its type.</summary>
    object Deserialized(object value);
}

public enum Answer { Yes, YesToAll, No, NoToAll }

/// <summary>One offer of the completion: what is put into the line, what a menu shows, and the tooltip.</summary>
public sealed record Completion(string Text, string ListItem, string ToolTip);
