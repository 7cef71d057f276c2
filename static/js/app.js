// Behaviours for any page; none of them knows which one it is on. Every page works without them.
import "./theme.js";
import "./menus.js";
import "./dialogs.js";
import "./overlay.js";
import "./posting.js";
import "./toasts.js";
import "./rows.js";
import "./keys.js";
import "./combobox.js";
import "./finding.js";
import "./swipe.js";
import "./drafts.js";
import "./files.js";
import "./clock.js";
import "./composing.js";
import "./live.js";
import "./push.js";
