// The desk in a browser. Every page works without this; with it, tickets open beside the list and mail appears by itself.
import { watchBulk } from "./bulk.js";
import { watchComposer } from "./composer.js";
import { watchFocus } from "./focus.js";
import { fitFrames } from "./frames.js";
import { watchHeld } from "./held.js";
import { watchKeys } from "./keys.js";
import { listen } from "./live.js";
import { watchPalette } from "./palette.js";
import { watchPanes } from "./panes.js";
import { watchPresence } from "./presence.js";
import { watchThread } from "./thread.js";
import { watchTrouble } from "./trouble.js";

watchPanes();
watchThread();
watchComposer();
watchKeys();
watchTrouble();
watchPalette();
watchPresence();
watchFocus();
watchBulk();
fitFrames(document);
listen();
document.documentElement.dataset.ready = "yes";
watchHeld(); // the last one: everything that listens to keys stands
