using System.Collections;

namespace System.Management.Automation;

public abstract class PSMemberInfoCollection<T> : IEnumerable<T> where T : PSMemberInfo
{
    public abstract T? this[string name] { get; }
    public abstract void Add(T member);
    public abstract void Remove(string name);
    public abstract ReadOnlyPSMemberInfoCollection<T> Match(string name);
    public abstract IEnumerator<T> GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>What was added to the object, and what it has by itself.</summary>
internal sealed class PSMemberInfoIntegratingCollection<T>(PSObject owner) : PSMemberInfoCollection<T> where T : PSMemberInfo
{
    public override T? this[string name] => this.FirstOrDefault(m => m.Is(name));

    public override void Add(T member)
    {
        if (owner.Added.Exists(m => m.Is(member.Name)))
            throw new PSInvalidOperationException($"The object has a member {member.Name} already.");
        owner.Added.Add(member);
    }

    public override void Remove(string name) => owner.Added.RemoveAll(m => m.Is(name));
    public override ReadOnlyPSMemberInfoCollection<T> Match(string name) =>
        new([.. this.Where(m => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(m.Name))]);
    public override IEnumerator<T> GetEnumerator() => owner.AllMembers.OfType<T>().GetEnumerator();
}

public class ReadOnlyPSMemberInfoCollection<T> : IEnumerable<T> where T : PSMemberInfo
{
    private readonly List<T> _members;

    internal ReadOnlyPSMemberInfoCollection(List<T> members) => _members = members;

    public int Count => _members.Count;
    public T this[int index] => _members[index];
    public T? this[string name] => _members.Find(m => m.Is(name));
    public virtual IEnumerator<T> GetEnumerator() => _members.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
