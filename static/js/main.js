// Every page works without this script; it adds ticking clocks, keys and announcements.
import { startClocks } from "./clocks.js";
import { startConnection } from "./connection.js";
import { startKeys } from "./keys.js";
import { startOverlays } from "./overlays.js";
import { startQueue } from "./queue.js";
import { startTheme } from "./theme.js";

startTheme();
startClocks();
startConnection();
startOverlays();
startKeys();
startQueue();
