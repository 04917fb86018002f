import { describe, expect, it } from "vitest";
import { AdminApi } from "../api";
import { addWords, endSlow, removeLine, slowChannel, takeOutWord } from "./chat_deeds";

function recorded() {
  const asked: [string, object | undefined][] = [];
  const api = new AdminApi((method, path, form) => {
    asked.push([`${method} ${path}`, form]);
    return Promise.resolve({ effect: "Done.", audit: "9" });
  });
  return { api, asked };
}

describe("deeds about chat", () => {
  it("are asked of the service as they are said", async () => {
    const { api, asked } = recorded();
    const reason = "insults";
    await removeLine(api, { id: "42", name: "Loki", text: "rude" }).run({ reason });
    await slowChannel(api, { id: "house", seconds: 0 }).run({ seconds: "30", reason });
    await endSlow(api, { id: "house", seconds: 30 }).run({ reason });
    await addWords(api).run({ words: " Heck, drat\theck ", reason });
    await takeOutWord(api, "heck").run({ reason });
    expect(asked).toEqual([
      ["POST /admin/chat/messages/42/remove", { reason }],
      ["PUT /admin/chat/channels/house/slow", { seconds: 30, reason }],
      ["PUT /admin/chat/channels/house/slow", { seconds: 0, reason }],
      ["POST /admin/chat/words", { add: ["heck", "drat"], remove: [], reason }],
      ["POST /admin/chat/words", { add: [], remove: ["heck"], reason }],
    ]);
  });

  it("say whose line goes, and its words", () => {
    const { api } = recorded();
    const deed = removeLine(api, { id: "42", name: "", text: "Hear ye" });
    expect(deed.title).toBe("Remove a line of the server");
    expect(deed.about).toContain("\u201cHear ye\u201d");
  });
});
