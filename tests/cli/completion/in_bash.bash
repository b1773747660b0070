# What bash offers for a line that is typed, "|" where the cursor's word ends: in_bash.bash WORD... as COMP_WORDS.
# shellcheck disable=SC1090
source <(orloj completion bash)
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_orloj
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
