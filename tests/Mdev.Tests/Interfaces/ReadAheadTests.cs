using Mdev.Errors;
using Mdev.Interfaces;

namespace Mdev.Tests.Interfaces;

public sealed class ReadAheadTests
{
    // The first is read where the caller is, the others on threads, several in a turn.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(39)]
    public void A_parent_whose_reading_fails_half_way_ends_no_others(int broken)
    {
        List<string> told = [];
        int[] found = [.. ReadAhead.Of(Enumerable.Range(0, 40).ToList(), (parent, _) => Of(parent), e => told.Add(e.Message))];
        Assert.Equal(Enumerable.Range(0, 40).SelectMany(parent => parent == broken ? new[] { parent } : [parent, -parent]), found);
        Assert.Equal([$"{broken}"], told);

        IEnumerable<int> Of(int parent)
        {
            yield return parent;
            if (parent == broken)
                throw new MdevException(MdevError.AttributeUnreadable, $"{parent}");
            yield return -parent;
        }
    }
}
