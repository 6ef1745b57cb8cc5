// The page goes on by itself once its frames have loaded. A frame that hangs holds it up no longer than this.
const next = document.getElementById("continue");
if (next) setTimeout(() => location.replace(next.href), 5000);
