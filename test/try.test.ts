import { test } from "vitest";
import { lenet, recipeGraphs, toGraph } from "/work/main/graphs/index.ts";
import { optimize } from "/work/main/src/ir/passes/index.ts";
import { lower } from "/work/main/src/onnx/lowering/index.ts";
import { encodeModel } from "/work/main/src/onnx/codec.ts";
import { evaluate } from "/work/main/src/ir/interpreter/index.ts";
import * as ort from "onnxruntime-node";
import { writeFileSync } from "node:fs";
test("x", async () => {
  for (const [S,E,B] of [[1,1,32],[1,3,32],[10,3,32]] as const) {
  let t=Date.now();
  const gs = recipeGraphs(lenet(), "softmax_cross_entropy", {steps:S,epochs:E,imagesPerStep:10,batch:B});
  console.log("build", Date.now()-t);
  for (const g of gs) {
    if (S*E>1 && g.name!=="meta_gradient") continue;
    t=Date.now();
    const o = optimize(toGraph(g)); const t1=Date.now();
    const feeds = new Map<string, Float32Array>();
    let s=1; const rnd=()=>{s=(s*1103515245+12345)%2147483648;return s/2147483648-0.5};
    for (const p of g.inputs) { const n=p.value.shape.reduce((a,b)=>a*b,1); const a=new Float32Array(n); for(let i=0;i<n;i++)a[i]=rnd()*(p.name==="learning_rates"?0:(p.role==="parameter"? 0.3:2))+(p.name.startsWith("learning_rate")?0.02:0); feeds.set(p.name,a);}
    const t2=Date.now();
    const ref = evaluate(o.outputs.map(x=>x.value), feeds);
    const t3=Date.now();
    for (const target of ["portable","cpu"] as const) {
      const m = lower(o,target); const bytes=encodeModel(m);
      writeFileSync(`/tmp/x/${g.name}-${target}.onnx`, bytes);
      const session = await ort.InferenceSession.create(bytes);
      const f: any = {}; for (const p of g.inputs) f[p.name]=new ort.Tensor("float32", feeds.get(p.name)!, p.value.shape as number[]);
      const t4=Date.now();
      const r = await session.run(f); const t5=Date.now();
      let worst=0;
      o.outputs.forEach((x,i)=>{ const a=r[x.name]!.data as Float32Array; let d=0,nn=0; for(let k=0;k<a.length;k++){d+=(a[k]!-ref[i]![k]!)**2; nn+=ref[i]![k]!**2;} const e=Math.sqrt(d/(nn||1)); if(e>worst)worst=e; });
      console.log(S,E,g.name,target,"opt",t1-t,"interp",t3-t2,"nodes",m.nodes.length,"bytes",bytes.length,"run",t5-t4,"err",worst);
    }
  }}
},300000);
