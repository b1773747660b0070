eval "$1"
sed -i "s/max_steps: 4/max_steps: 5/" "$2"
