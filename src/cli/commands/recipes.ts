import { recipeJsonSchema } from "../../distill/recipeJsonSchema.ts";
import { recipes } from "../../distill/recipes.ts";
import { writeFileAtomic } from "../../io/atomicFile.ts";
import { type CommonOptions, defineCommand, printResult, type Register } from "../command.ts";

interface RecipesOptions extends CommonOptions {
  readonly schema?: boolean;
}

export const registerRecipes: Register = (program, context) => {
  defineCommand(
    program,
    "recipes",
    "Lists the built-in recipes, what each does and the number to expect.",
    "onnx-distill recipes --schema --out recipe.schema.json",
  )
    .option("--schema", "print the JSON schema of recipe files instead")
    .action(async (options: RecipesOptions) => {
      const json = options.schema ? recipeJsonSchema() : recipes.map(nameFirst);
      if (options.out)
        await writeFileAtomic(options.out, `${JSON.stringify(json, undefined, 2)}\n`);
      printResult(context, { json: options.json || options.schema }, json, asText());
    });
};

const nameFirst = ({ name, description, expected, ...fields }: (typeof recipes)[number]) => ({
  name,
  description,
  expected,
  ...fields,
});

const asText = (): string =>
  recipes
    .map(({ name, description, expected }) =>
      [name, description, ...(expected ? [`Expected: ${expected}`] : [])].join("\n    "),
    )
    .join("\n");
