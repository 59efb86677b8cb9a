/** The version of package.json: part of a recipe, since another version may decide otherwise. */
export const climbVersion = '0.3.0';
