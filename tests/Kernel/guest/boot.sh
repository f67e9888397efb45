#!/bin/bash
# boot.sh prepare: makes a host whose defined devices are to be there after a boot, before systemd starts.
# boot.sh check: what somebody notices who boots it, loads drivers and looks into the journal. Leaves its counts in $MDEVPS_RESULTS/boot.
set -u
source tests/powershell.sh

early=5d3f0c1e-0001-4000-8000-000000000001 late=5d3f0c1e-0002-4000-8000-000000000002 manual=5d3f0c1e-0003-4000-8000-000000000003
loaded=5d3f0c1e-0004-4000-8000-000000000004 missing=5d3f0c1e-0005-4000-8000-000000000005
function=0000:01:00.1 functions_device=6d646576-7073-8766-8000-000000000101
devices=/sys/bus/mdev/devices
of_mtty=mdevps-restore@sys-devices-virtual-mtty-mtty.service
# Where packages might put them, with what has a meaning to systemd in the name.
folder="/opt/a 100% folder"
powershell=$folder/powershell/pwsh

# define FOLDER PARENT UUID TYPE START
define() {
    mkdir -p "/etc/$1/$2"
    printf '{\n  "mdev_type": "%s",\n  "start": "%s",\n  "attrs": []\n}' "$4" "$5" >"/etc/$1/$2/$3"
}

# unit NAME COMMAND: a service of another package, for its place in the order of the boot.
unit() {
    printf '[Service]\nType=oneshot\nExecStart=/bin/sh -c "%s"\n[Install]\nWantedBy=multi-user.target\n' "$2" >"/etc/systemd/system/$1"
    systemctl --quiet enable "$1"
}

# mdevps LINE: runs it, and says which files it was about.
mdevps() {
    MODULE=$folder/MdevPS "$powershell" -NoProfile -NonInteractive -Command "
        \$ErrorActionPreference = 'Stop'
        Import-Module \$env:MODULE
        $1 -Root / -WarningAction Ignore | ForEach-Object { \"\$(\$_.State): \$(\$_.Path)\" }"
}

prepare() {
    set -e
    # Copies, because they are to be root's: what a user can change is not run at boot.
    mkdir -p "$folder/powershell"
    cp -r "$(dirname "$(realpath "$(command -v pwsh)")")/." "$folder/powershell"
    cp -r out/MdevPS "$folder"
    # .NET is where the host has it.
    printf '[Manager]\nDefaultEnvironment="DOTNET_ROOT=%s"\n' "$(dirname "$(realpath "$(command -v dotnet)")")" >/run/systemd/system.conf.d/dotnet.conf
    # It may take a minute to start here.
    mkdir -p /etc/systemd/system/mdevps-restore{,@}.service.d
    printf '[Service]\nTimeoutStartSec=600\n' | tee /etc/systemd/system/mdevps-restore{,@}.service.d/slow.conf >/dev/null

    # mdevctl, where the host has it, would make the devices too, and nobody would see who did.
    ln -s /dev/null /etc/udev/rules.d/60-mdevctl.rules
    # What the host itself has defined is not of the guest.
    mkdir -p /etc/mdevctl.d /etc/mdevps.d
    mount -t tmpfs -o mode=755 tmpfs /etc/mdevctl.d
    mount -t tmpfs -o mode=755 tmpfs /etc/mdevps.d
    define mdevctl.d mbochs $early mbochs-small auto
    define mdevctl.d mdpy $late mdpy-vga auto
    define mdevctl.d mdpy $manual mdpy-vga manual
    define mdevctl.d mtty $loaded mtty-2 auto
    define mdevctl.d mtty $missing mtty-9 auto
    define mdevps.d $function $functions_device nvidia-1150 auto

    unit nvidia-vgpud.service 'sleep 1; modprobe mdpy'
    unit libvirtd.service "ls $devices >/run/libvirt-saw"
    modprobe -a vfio_iommu_type1 mbochs
    mdevps 'Enable-MdevAutoStart -TimeoutSec 5'
}

passed=0 failed=0
# it DOES COMMAND…: counts whether the command comes true; a PowerShell on an emulated processor may take a minute.
it() {
    local name=$1 left
    shift
    for ((left = 300; left; left--)); do
        ! "$@" >/dev/null 2>&1 || { echo "  $name: passed" && ((++passed)) && return; }
        sleep 1
    done
    echo "  $name: FAILED" && ((++failed))
}
there() { [[ -d $devices/$1 ]]; }
typed() { [[ $(<"/sys/bus/pci/devices/$function/nvidia/current_vgpu_type") == "$1" ]]; }
property() { systemctl show --value --property "$2" "$1"; }
ended() { [[ $(property "$1" ActiveState) =~ ^(inactive|failed)$ ]]; }
# says UNIT WORD…: one line of a unit's errors in the journal has all the words.
says() {
    local lines word
    lines=$(journalctl --unit "$1" --priority err --output cat)
    for word in "${@:2}"; do lines=$(grep -F -- "$word" <<<"$lines") || return; done
}
# made TIMES: that often the unit of mtty has made the device.
made() { [[ $(journalctl --unit $of_mtty --output cat | grep -c "^Made: $loaded") == "$1" ]]; }
verified() { [[ ! $(systemd-analyze verify mdevps-restore.service mdevps-restore@x.service 2>&1; journalctl --unit systemd-udevd | grep -F mdevps) ]]; }
ordered() { (($(property "$1" ExecMainExitTimestampMonotonic) && $(property "$1" ExecMainExitTimestampMonotonic) <= $(property "$2" ExecMainStartTimestampMonotonic))); }
reload() { rmmod "$1" && modprobe "$1"; }
nothing_is_made() { udevadm settle && ended $of_mtty && [[ -d /sys/class/mdev_bus/mtty ]] && ! there $loaded; }

check() {
    it 'units and a rule that systemd and udev have nothing to say against' verified
    it 'a driver of the initial RAM disk: its device is there at boot' there $early
    it "what NVIDIA's daemon brings late: its device is there at boot" there $late
    it 'it was there before libvirt started' grep -q $late /run/libvirt-saw
    it "the unit came after NVIDIA's daemon" ordered nvidia-vgpud.service mdevps-restore.service
    it 'a PCI function has its type at boot' typed 1150

    modprobe mtty
    it 'a driver that is loaded later: its device is there' there $loaded
    it 'a missing type: the unit fails' systemctl is-failed $of_mtty
    it 'and the journal says which, why and what to do' says $of_mtty $missing mtty-9 Get-MdevType
    reload mtty
    it 'a driver that is loaded again: its device is there again' there $loaded
    it 'and the unit has made it, both times' made 2
    reload nvidia-vfio-test
    it 'a PCI function whose driver is loaded again has its type again' typed 1150
    it 'what is defined without AutoStart is not there' test ! -e $devices/$manual

    it 'the unit ends' ended $of_mtty
    mdevps Disable-MdevAutoStart
    systemctl daemon-reload
    udevadm control --reload
    reload mtty
    it 'taken away: nothing is made any more' nothing_is_made

    ((failed == 0)) || journalctl --boot --lines 200
    echo "$passed passed, $failed failed, 0 skipped" >"$MDEVPS_RESULTS/boot"
}

"$1"
