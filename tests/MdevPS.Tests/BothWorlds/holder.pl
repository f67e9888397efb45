#!/usr/bin/perl
# A program that holds mediated devices open as a VM does: container, IOMMU driver, group, device. It is told what to do on its standard input
# and answers every line with one of its own:
#   hold UUID [SECONDS]   after so many seconds tries until it has the device or there is none: "holding", or "failed" and why
#   release               lets go of everything: "released"
# Request numbers: linux/vfio.h, _IO(';', 100 + n). Perl, because every Debian has it and it starts at once in an emulated guest.
use strict;
use warnings;
use Errno qw(EBUSY);
use Time::HiRes qw(sleep);

my @held;

# undef when somebody else has the group just now.
sub try_hold {
    my ($uuid) = @_;
    my $link = readlink("/sys/bus/mdev/devices/$uuid/iommu_group") // die "no group: $!\n";
    my ($group) = $link =~ m{([^/]+)$};
    open(my $node, '+<', "/dev/vfio/$group") or $!{EBUSY} ? return undef : die "open of the group: $!\n";
    open(my $container, '+<', '/dev/vfio/vfio') or die "open of the container: $!\n";
    my $number = pack('i', fileno $container);
    ioctl($node, 0x3b68, $number) or die "VFIO_GROUP_SET_CONTAINER: $!\n";
    ioctl($container, 0x3b66, 3) or die "VFIO_SET_IOMMU: $!\n";
    my $name = "$uuid\0";
    my $device = ioctl($node, 0x3b6a, $name) or die "VFIO_GROUP_GET_DEVICE_FD: $!\n";
    # Perl must close it by itself: a number alone would stay open.
    open(my $file, '+<&=', $device + 0) or die "fdopen: $!\n";
    return [$file, $node, $container];
}

$| = 1;
while (my $line = <STDIN>) {
    my ($command, $uuid, $seconds) = split ' ', $line;
    if ($command eq 'hold') {
        sleep($seconds) if $seconds;
        my $got;
        1 while eval { !($got = try_hold($uuid)) };
        push @held, $got if $got;
        print $got ? "holding\n" : "failed: $@";
    }
    else {
        @held = ();
        print "released\n";
    }
}
