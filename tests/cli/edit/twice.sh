sed -i "s/max_steps/max_step/" "$1"
sed -i "s/model_ref/modelref/" "$1"
