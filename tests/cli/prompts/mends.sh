# The first time a mistake, the second time its correction.
if grep -q max_step: "$1"; then
    grep '^#: ' "$1"
    sed -i 's/max_step: 4/max_steps: 7/' "$1"
else
    sed -i 's/max_steps: 4/max_step: 4/' "$1"
fi
