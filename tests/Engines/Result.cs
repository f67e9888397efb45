namespace MdevPS.Engines;

/// <summary>What a line left on the streams.</summary>
public sealed class Result
{
    /// <summary>The objects, without the PSObject around them.</summary>
    public required IReadOnlyList<object?> Output { get; init; }

    /// <summary>All errors in their order, a terminating one last.</summary>
    public required IReadOnlyList<Error> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }
    public required IReadOnlyList<string> Verbose { get; init; }
    public required IReadOnlyList<string> Debug { get; init; }
    public required IReadOnlyList<Progress> Progress { get; init; }

    /// <summary>What went to the host directly: the What if lines.</summary>
    public required IReadOnlyList<string> Host { get; init; }

    /// <summary>The questions that were asked.</summary>
    public required IReadOnlyList<string> Questions { get; init; }

    /// <summary>The error that ended the line; null when it came to its end by itself.</summary>
    public Error? Terminated { get; init; }

    /// <summary>True when it was stopped from outside.</summary>
    public bool Stopped { get; init; }

    /// <summary>The objects of one type; all of them must be of it.</summary>
    public IReadOnlyList<T> Of<T>() => [.. Output.Cast<T>()];

    /// <summary>The only object.</summary>
    public T Single<T>() => (T)Output.Single()!;

    /// <summary>Error ids without the cmdlet's type, which is what a script would branch on.</summary>
    public IReadOnlyList<string> ErrorIds => [.. Errors.Select(e => e.Id)];

    public override string ToString() => string.Join('\n', Output.Select(o => o?.ToString()).Concat(Errors.Select(e => e.ToString())));
}

/// <summary>An error record.</summary>
public sealed record Error(string FullyQualifiedErrorId, string Category, object? TargetObject, string Message, string RecommendedAction, string Command, Exception Exception)
{
    /// <summary>The part of the id before the comma.</summary>
    public string Id => FullyQualifiedErrorId.Split(',')[0];

    public override string ToString() => $"{FullyQualifiedErrorId}: {Message}";
}

public sealed record Progress(string Activity, string Status, string? CurrentOperation, int PercentComplete, bool Completed);
