#!/usr/bin/perl
# usage: hold-device.pl UUID SECONDS
# Opens a mediated device as a VM does (container, IOMMU driver, group, device), prints "holding", and keeps it until it is ended.
# Request numbers: linux/vfio.h, _IO(';', 100 + n). Perl because it is in every Debian and starts at once in an emulated guest.
use strict;
use warnings;

my ($uuid, $seconds) = @ARGV;
$| = 1;
my ($group) = (readlink("/sys/bus/mdev/devices/$uuid/iommu_group") // die "no group: $!\n") =~ m{([^/]+)$};
open(my $container, '+<', '/dev/vfio/vfio') or die "container: $!\n";
open(my $node, '+<', "/dev/vfio/$group") or die "group: $!\n";
my $container_fd = pack('i', fileno $container);
ioctl($node, 0x3b68, $container_fd) or die "SET_CONTAINER: $!\n";
ioctl($container, 0x3b66, 3) or die "SET_IOMMU: $!\n";
my $name = "$uuid\0";
my $device = ioctl($node, 0x3b6a, $name) or die "GET_DEVICE_FD: $!\n";
print "holding\n";
sleep $seconds;
