"""Writes many.yaml: more than fits below the limit."""

with open("many.yaml", "w", encoding="utf-8") as file:
    for number in range(400):
        file.write(f"---\nkind: Agent\nmetadata: {{name: agent-{number}}}\nspec: {{model_ref: main, prompt: {'x' * 1000}}}\n")
