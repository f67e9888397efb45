using System.Globalization;
using Mdev.Errors;
using Mdev.Kernel;
using Mdev.Lifecycle;
using Mdev.Model;

namespace Mdev.Definitions;

/// <summary>What became of a definition whose device was to be there.</summary>
public sealed class MdevRestoration : Snapshot
{
    /// <summary>The UUID of the device.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The type id that is defined.</summary>
    public required string Type { get; init; }

    /// <summary>The parent that is defined.</summary>
    public required string Parent { get; init; }

    /// <summary>What became of it: one of <see cref="MdevRestorationOutcome"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why the device is not there, or what is to be known of it, as a sentence; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>The id of the error, such as <c>MdevTypeNotFound</c>; null where there was none.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The root of the host.</summary>
    public required string Root { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Uuid.ToString();
}

/// <summary>What became of a definition. They are words, so that they stay words in JSON, in CSV and on another host.</summary>
public static class MdevRestorationOutcome
{
    /// <summary>The device was there already, with the type and on the parent that are defined.</summary>
    public const string Present = "Present";

    /// <summary>The device was made.</summary>
    public const string Made = "Made";

    /// <summary>The device was not made, and waiting for it would not help.</summary>
    public const string Failed = "Failed";

    /// <summary>What the device needs is not there: its parent, its type, room for it, or the end of a removal.</summary>
    public const string Waiting = "Waiting";
}

/// <summary>
/// Makes the devices that are defined and not there. Each definition stands by itself: what is wrong with one costs the others nothing. A device that somebody
/// else was quicker to make is as good as one that was made here, and what is still on its way (a driver, the types that a vendor's daemon registers, room) is waited for.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="report">Told, after its result was given, why a device is not there, and what could not be read of one that was made.</param>
/// <param name="callouts">The scripts that are asked before a device is made and told after; null for none.</param>
/// <param name="decide">Asked before each device is made; one that shall not be made, or is only planned, has no result.</param>
public sealed class DefinitionRestorer(HostRoot host, Action<MdevException> report, Callouts? callouts, Func<MdevDefinition, Decision> decide)
{
    private static readonly string[] s_mayCome = [MdevDefinitionState.NoParent, MdevDefinitionState.NoType, MdevDefinitionState.NoRoom];

    private readonly DefinitionStore _store = new(host);
    private readonly Dictionary<Guid, string> _planned = [];

    /// <summary>The start that a definition must have, also after it was waited for; null for any.</summary>
    public bool? AutoStart { get; init; }

    /// <summary>Makes what is missing, each result as soon as it is known.</summary>
    /// <param name="definitions">The definitions.</param>
    /// <param name="limit">How long all of them together may wait for what they need; zero not to wait.</param>
    /// <param name="meanwhile">Told again and again while it waits for how many, and how long at most; null for nobody.</param>
    /// <param name="cancel">Ends it; what is not made by then has no result.</param>
    public IEnumerable<MdevRestoration> Restore(IEnumerable<MdevDefinition> definitions, TimeSpan limit, Action<int, TimeSpan>? meanwhile = null, CancellationToken cancel = default)
    {
        long start = Environment.TickCount64;
        List<MdevDefinition> pending = definitions.ToList();
        TimeSpan left;
        do
        {
            foreach (MdevDefinition definition in pending.ToArray())
            {
                if (cancel.IsCancellationRequested)
                    yield break;
                if (Try(definition, cancel) is not { } result)
                    continue;
                pending.Remove(definition);
                foreach (MdevRestoration told in Tell(result))
                    yield return told;
            }

            left = limit - TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
        }
        while (pending.Count > 0 && left > TimeSpan.Zero && Waiting.Until(CanGoOn, left, cancel));

        foreach (MdevRestoration told in cancel.IsCancellationRequested ? [] : pending.SelectMany(definition => Tell(Last(definition))))
            yield return told;

        bool CanGoOn()
        {
            meanwhile?.Invoke(pending.Count, limit - TimeSpan.FromMilliseconds(Environment.TickCount64 - start));
            return pending.Exists(definition => !IsWaiting(definition));
        }

        Ended Last(MdevDefinition definition)
        {
            try
            {
                return Missing(Now(definition), limit);
            }
            catch (MdevException e)
            {
                return Failed(definition, e);
            }
        }
    }

    // A result is given before what is wrong with it: to tell of a fault may end everything.
    private IEnumerable<MdevRestoration> Tell(Ended result)
    {
        if (result.Told is { } told)
            yield return told;
        foreach (MdevException fault in result.Faults)
            report(fault);
        callouts?.TellRest();
    }

    // Null while it has to wait for what may still come.
    private Ended? Try(MdevDefinition definition, CancellationToken cancel)
    {
        try
        {
            return Try(definition, Now(definition), cancel);
        }
        catch (MdevException e)
        {
            return Failed(definition, e);
        }
    }

    private Ended? Try(MdevDefinition definition, MdevDefinition now, CancellationToken cancel)
    {
        if (Outcome(now) is { } outcome)
            return outcome;
        if (MayCome(now))
            return null;
        if (_planned.TryGetValue(now.Uuid, out string? parent))
            return Different(now, $"The device is to be made on parent '{Printable.Text(parent)}'.");
        Decision decision = decide(now);
        if (decision == Decision.Pretend)
            _planned.Add(now.Uuid, now.Parent);
        if (decision != Decision.Make)
            return new Ended(null, []);
        try
        {
            var faults = new List<MdevException>();
            _ = new DefinitionStarter(host, faults.Add, callouts).Start(now, cancel);
            return new Ended(Told(now, MdevRestorationOutcome.Made), faults);
        }
        catch (MdevException e)
        {
            // Somebody else may have been quicker: to make the device, or to take the parent or the room away.
            MdevDefinition later = Now(definition);
            return Outcome(later) ?? (MayCome(later) ? null : Failed(now, e));
        }
    }

    // What is defined by now counts: somebody may have changed it, or removed it, while it was waited for.
    private MdevDefinition Now(MdevDefinition definition)
    {
        DefinitionFile file = _store.FileOf(definition);
        return _store.Read(file) is { } content && (AutoStart is not { } wanted || content.AutoStart == wanted)
            ? new HostComparison(host, isForMany: false).Definition(file, content, [])
            : throw NotMade(definition, MdevError.DefinitionNotFound, "its definition was removed or changed meanwhile.");
    }

    private bool IsWaiting(MdevDefinition definition)
    {
        try
        {
            return MayCome(Now(definition));
        }
        catch (MdevException)
        {
            // What is wrong with it is told when it is tried.
            return false;
        }
    }

    private static bool MayCome(MdevDefinition now) => s_mayCome.Contains(now.State) || now.IsBeingRemoved;

    private Ended? Outcome(MdevDefinition now) => now.State switch
    {
        MdevDefinitionState.Active => new Ended(Told(now, MdevRestorationOutcome.Present, now.Reason), []),
        MdevDefinitionState.Different => Different(now, now.Reason),
        _ => null,
    };

    private Ended Different(MdevDefinition now, string? why) => Failed(now, NotMade(now, MdevError.UuidExists, why));

    private Ended Missing(MdevDefinition now, TimeSpan limit)
    {
        MdevError error = now.State switch
        {
            MdevDefinitionState.NoParent => MdevError.ParentNotFound,
            MdevDefinitionState.NoType => MdevError.TypeNotFound,
            MdevDefinitionState.NoRoom => MdevError.NoCapacity,
            _ => MdevError.UuidExists,
        };
        string waited = limit > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $" It was waited for {limit.TotalSeconds:0.###} s.") : "";
        MdevException why = NotMade(now, error, $"{now.Reason}{waited}");
        return new Ended(Told(now, MdevRestorationOutcome.Waiting, now.Reason, why), [why]);
    }

    private static MdevException NotMade(MdevDefinition definition, MdevError error, string? why) =>
        new(error, $"Device {definition.Uuid} of type '{Printable.Text(definition.Type)}' was not made on parent '{Printable.Text(definition.Parent)}': {why}") { Uuid = definition.Uuid };

    private Ended Failed(MdevDefinition definition, MdevException why) => new(Told(definition, MdevRestorationOutcome.Failed, why.Message, why), [why]);

    private MdevRestoration Told(MdevDefinition definition, string outcome, string? reason = null, MdevException? why = null) => new()
    {
        Uuid = definition.Uuid,
        Type = definition.Type,
        Parent = definition.Parent,
        Outcome = outcome,
        Reason = reason,
        ErrorId = why?.ErrorId,
        Root = host.Root,
    };

    /// <summary>What is told of a definition, if anything, and the errors that go with it.</summary>
    private sealed record Ended(MdevRestoration? Told, IReadOnlyList<MdevException> Faults);
}
