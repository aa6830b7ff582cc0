// What time is it? The milliseconds of now, told anew every so many, so that what is drawn from them stays true.

import { useEffect, useState } from "../vendor/htm-preact/standalone.module.js";

export function useNow(everyMs) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
