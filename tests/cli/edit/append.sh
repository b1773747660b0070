printf -- '---\nkind: Agent\n' >> "$1"
