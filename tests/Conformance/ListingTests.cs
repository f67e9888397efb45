using Mdev.Conformance.Worlds;
using Mdev.Errors;
using Mdev.Inventory;
using Mdev.Model;

namespace Mdev.Conformance;

/// <summary>Lists of devices while devices come and go.</summary>
public sealed class ListingTests : ConformanceTest
{
    private const int Listings = 200;

    [Fact]
    public void A_list_loses_doubles_and_mistypes_nothing_while_devices_come_and_go()
    {
        // Enough of one parent that their types are learned from the directories of the types, and one parent where each is asked itself.
        Dictionary<Guid, string> staying = Have("mbochs-small", 24).ToDictionary(uuid => uuid, _ => "mbochs-small");
        staying.Add(Uuid(100), "mdpy-vga");
        Have("mdpy-vga", Uuid(100));
        var coming = new Dictionary<Guid, string>
        {
            [Uuid(201)] = "mbochs-small",
            [Uuid(202)] = "mbochs-medium",
            [Uuid(203)] = "mdpy-xga",
            [Uuid(204)] = "mtty-2",
        };
        bool isOver = false;
        Task<int> change = InBackground(() =>
        {
            int rounds = 0;
            for (; !Volatile.Read(ref isOver); rounds++)
            {
                Assert.All(coming, device => Assert.Equal(Answer.Done, Create(device.Value, device.Key)));
                Assert.All(coming, device => Assert.Equal(Answer.Done, Remove(device.Key)));
            }

            return rounds;
        });

        var reports = new List<MdevException>();
        try
        {
            for (int i = 0; i < Listings; i++)
            {
                MdevDevice[] listed = new DeviceReader(Host, reports.Add).Read(new DeviceQuery()).ToArray();
                Assert.Equal(listed.Length, listed.Select(device => device.Uuid).Distinct().Count());
                Assert.Equal(staying.Count, listed.Count(device => staying.ContainsKey(device.Uuid)));
                // One that is on its way out has no type any more.
                Assert.All(listed, device => Assert.True(
                    device.Type == (staying.GetValueOrDefault(device.Uuid) ?? coming[device.Uuid]) || (device.Type is null && coming.ContainsKey(device.Uuid)),
                    $"{device.Uuid} is listed as {device.Type}, {device.State}."));
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
        }

        Assert.True(Await(change) > 0);
        Assert.Empty(reports);
    }
}
