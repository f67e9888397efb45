#!/usr/bin/env bash
# usage: tests/Demo/terminal.sh > docs/terminal.md
# What somebody sees in a real terminal: tmux is one. Needs tmux, a pwsh on PATH with PSReadLine, and a built module.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
module=$(echo "$PWD"/out/MdevPS/*/MdevPS.psd1)
place=$(mktemp -d /tmp/dXXX)
socket=$place/tmux
trap 'tmux -S "$socket" kill-server 2>/dev/null || true; rm -rf "$place"' EXIT
t() { tmux -S "$socket" "$@"; }

# The screen without the empty lines at its end; the place is called /tmp/demo, which is as long, also where a line breaks in it.
screen() { t capture-pane -p | sed -e 's/ *$//' -e "s|${place#/tmp}/|/demo/|g" -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
# Waits until the screen has a line that matches, a minute or two at most.
until_seen() { for _ in $(seq 500); do screen | grep -qE -- "$1" && return; sleep 0.2; done; echo "never seen: $1" >&2; screen >&2; exit 1; }
ready() { for _ in $(seq 500); do sleep 0.2; [ "$(screen | tail -1)" = 'PS>' ] && return; done; echo "no prompt" >&2; screen >&2; exit 1; }
type() { t send-keys -l "$1"; }
run() { type "$1"; t send-keys Enter; ready; }
show() { printf '\n%s\n\n```text\n' "$1"; screen; printf '```\n'; }

captures() {
    printf '\n## %s columns\n' "$1"
    export XDG_STATE_HOME=$place/state TMPDIR=$place
    t -f /dev/null new-session -d -x "$1" -y 24 "env POWERSHELL_UPDATECHECK=Off pwsh -NoLogo -NoProfile"
    until_seen '^PS '
    # A plain prompt, no colours, and nothing typed ahead from the history.
    type "function prompt { 'PS> ' }; \$PSStyle.OutputRendering = 'PlainText'; Set-PSReadLineOption -PredictionSource None -HistorySaveStyle SaveNothing; Clear-Host"
    t send-keys Enter
    ready
    run "Import-Module '$module'; \$null = New-MdevSimulation nvidia-a2 -Path $place/gpus$1 -Use; \$fleet = New-MdevSimulation fleet -Path $place/fleet$1; Clear-Host"

    run 'Get-MdevCapacity *-4Q, *-8Q'
    show 'What can four GPUs still have?'
    run 'Clear-Host'

    type 'New-MdevDevice 4Q'
    t send-keys Tab
    until_seen "NVIDIA A2-4Q"
    show 'A part of the name, and Tab:'
    run ' -Count 3'
    show 'and the rest of the line:'
    run 'Clear-Host'

    run "\$null = New-MdevDevice nvidia-746 -Parent 0000:01:00.5; Clear-Host"
    run "New-MdevDevice nvidia-746 -Parent 0000:01:00.5"
    show 'A function that is taken:'
    run 'Clear-Host'

    type "\$made = New-MdevDevice fleet-1 -Count 4000 -Root \$fleet"
    t send-keys Enter
    until_seen 'Making mediated devices'
    show 'What takes longer than a second (later it is gone from the screen):'
    t send-keys C-c
    ready
    run 'Get-MdevSimulation | Remove-MdevSimulation'
    t kill-server
}

cat <<'END'
# In a real terminal

What a terminal of 80 and one of 120 columns show, on a simulated host with four NVIDIA A2. Captured with tmux from PowerShell and PSReadLine:

    tests/Demo/terminal.sh > docs/terminal.md

It types each line with `tmux send-keys`, Tab and Ctrl+C among them, and takes the screen with `tmux capture-pane -p`.
END
captures 80
captures 120
