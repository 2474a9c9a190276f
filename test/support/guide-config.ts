// The settings of the published procedure: federation ends while 2.6 stays, so all roots are trusted first.
import { type Config, defaultConfig } from "../../src/config/config.ts";

export const guideConfig: Config = { ...defaultConfig, trust: { ...defaultConfig.trust, order: "combined-root" } };
