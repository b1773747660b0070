# Once a mistake, then nothing more.
sed -i 's/max_steps: 7/max_step: 7/' "$1"
