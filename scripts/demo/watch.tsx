/** The page of `onnx-distill watch`: a run's folder, as the server tells of it. */
import { render } from "preact";
import { WatchedRunPage } from "./components/WatchedRunPage.tsx";
import { afterNews, type News, unwatched, type WatchedState } from "./state/afterNews.ts";
import { Store } from "./state/store.ts";

const store = new Store<WatchedState>(unwatched);
const draw = () => {
  const { outline } = store.state;
  if (outline) document.title = `${outline.run} - onnx-distill watch`;
  render(<WatchedRunPage state={store.state} />, document.getElementById("page")!);
};
store.listener = draw;
draw();

const source = new EventSource("./news");
source.onopen = () => store.update(() => ({ connected: true }));
source.onerror = () => store.update(() => ({ connected: false }));
source.onmessage = ({ data }: MessageEvent<string>) =>
  store.update((state) => afterNews(state, JSON.parse(data) as News));
