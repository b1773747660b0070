sed -i "s/a very good/a rather good/" "$1"
exit 3
