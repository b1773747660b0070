# fish completion for orloj. Made by `orloj completion fish`; do not edit.
# To install: orloj completion fish > ~/.config/fish/completions/orloj.fish
function __orloj_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l lines (command orloj __complete fish $before[2..-1] "$typed" 2>/dev/null)
    switch "$lines[1]"
        case 'files*'
            set -l prefix (string sub -s 7 -- "$lines[1]")
            for path in (__fish_complete_path (string sub -s (math 1 + (string length -- "$prefix")) -- "$typed"))
                printf '%s%s\n' "$prefix" "$path"
            end
        case '*'
            printf '%s\n' $lines[2..-1]
    end
end
complete -c orloj -f -a '(__orloj_complete)'
complete -c orlojctl -w orloj
