using System.Collections;

namespace System.Management.Automation.Runspaces
{
    public class InitialSessionState
    {
        private InitialSessionState() { }

        public static InitialSessionState Create() => new();

        public virtual InitialSessionStateEntryCollection<SessionStateCommandEntry> Commands { get; } = new();

        public PSLanguageMode LanguageMode { get; set; } = PSLanguageMode.NoLanguage;
    }

    public abstract class InitialSessionStateEntry
    {
        private protected InitialSessionStateEntry(string name) => Name = name;
        public string Name { get; }
    }

    public abstract class SessionStateCommandEntry : InitialSessionStateEntry
    {
        private protected SessionStateCommandEntry(string name) : base(name) { }
    }

    public sealed class SessionStateCmdletEntry(string name, Type implementingType, string? helpFileName) : SessionStateCommandEntry(name)
    {
        public Type ImplementingType { get; } = implementingType;
        public string? HelpFileName { get; } = helpFileName;
    }

    public sealed class InitialSessionStateEntryCollection<T> : IEnumerable<T> where T : InitialSessionStateEntry
    {
        private readonly List<T> _entries = [];

        public void Add(T item) => _entries.Add(item);
        public IEnumerator<T> GetEnumerator() => _entries.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

namespace System.Management.Automation
{
    public enum PSLanguageMode { FullLanguage, RestrictedLanguage, NoLanguage, ConstrainedLanguage }
}
