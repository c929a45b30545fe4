// Runs the scenarios of the package where it is installed; prints the results as JSON.
import { runPackage } from "./package-scenarios.mjs";

process.stdout.write(JSON.stringify(await runPackage(JSON.parse(process.argv[2]))));
